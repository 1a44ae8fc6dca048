//! Whether flows need more than an adapter can do: `sambung check --adapter NAME`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::CheckError;
use crate::call::{AgentId, Class, QueueId};
use crate::config::{self, BEYOND_ADAPTER, Capabilities, Config};
use crate::flow::{Diagnostic, Node, Verb};
use crate::project::Project;
use crate::runtime::Media;
use crate::server::adapter_kind;
use crate::telephony::kit::Check;
use crate::telephony::remote;

/// What the adapter inside this program can do.
const OURS: Capabilities = Capabilities {
    speech: false,
    record: true,
    dial: true,
    bridge: true,
    samples: true,
    transfer: true,
    mask: true,
};

/// A finding for each node of the project that needs more than the adapter can do.
pub(super) fn findings(project: &Project, name: &str) -> Result<Vec<Diagnostic>, CheckError> {
    let config = configuration(project)?;
    let able = abilities(config.as_ref(), name)?;
    let afar = agents_afar(config.as_ref(), name, able)?;
    let mut found = Vec::new();
    for flow in &project.compiled.flows {
        let file = project.compiled.flow_files.iter().find(|file| file.flow == flow.id);
        let Some(file) = file else { continue };
        for node in &flow.nodes {
            let Some(span) = file.places.get(&node.id) else { continue };
            for lacking in needs(node).iter().filter(|need| !need.met(able)) {
                let message = format!(
                    "`{}` {}, and the adapter `{name}` has no `{}`",
                    node.id,
                    lacking.why(),
                    lacking.name()
                );
                found.push(Diagnostic::new(&BEYOND_ADAPTER, *span, message));
            }
            let Verb::Queue(queue) = &node.verb else { continue };
            for agent in afar.iter().filter(|agent| agent.queues.contains(&queue.queue)) {
                let Afar { agent, adapter, silent, .. } = agent;
                let message = format!(
                    "`{}` rings `{agent}` on the adapter `{adapter}`, who cannot be connected with callers of `{name}`: \
                     the audio of `{silent}` does not pass through this node",
                    node.id
                );
                let help = "`media: pcm` lets it; or give the queue agents on the same adapter";
                found.push(Diagnostic::new(&BEYOND_ADAPTER, *span, message).help(help));
            }
        }
    }
    Ok(found)
}

/// An agent of another adapter who cannot be connected with callers of the one that is checked.
struct Afar {
    agent: AgentId,
    queues: Vec<QueueId>,
    adapter: Arc<str>,
    /// Which of the two adapters keeps its audio to itself.
    silent: Arc<str>,
}

/// The agents of other adapters with whom callers of this one cannot be connected.
fn agents_afar(
    config: Option<&Config>,
    name: &str,
    able: Capabilities,
) -> Result<Vec<Afar>, CheckError> {
    let mut asked: BTreeMap<Arc<str>, bool> = BTreeMap::new();
    let mut afar = Vec::new();
    for (agent, written) in config.iter().flat_map(|config| &config.agents) {
        let Some(adapter) = written.adapter.clone().filter(|adapter| &**adapter != name) else {
            continue;
        };
        let samples = match asked.get(&adapter) {
            Some(samples) => *samples,
            None => abilities(config, &adapter)?.samples,
        };
        asked.insert(adapter.clone(), samples);
        if able.samples && samples {
            continue;
        }
        let silent = if able.samples { adapter.clone() } else { name.into() };
        let queues = written.queues.iter().map(|(queue, _)| queue.clone()).collect();
        afar.push(Afar { agent: agent.clone(), queues, adapter, silent });
    }
    Ok(afar)
}

/// What a node may need of an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Mask,
    Record,
    Dial,
    Bridge,
}

impl Need {
    const fn met(self, able: Capabilities) -> bool {
        match self {
            Self::Mask => able.mask,
            Self::Record => able.record,
            Self::Dial => able.dial,
            Self::Bridge => able.bridge,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Mask => "mask",
            Self::Record => "record",
            Self::Dial => "dial",
            Self::Bridge => "bridge",
        }
    }

    const fn why(self) -> &'static str {
        match self {
            Self::Mask => "asks for a secret",
            Self::Record => "records the caller",
            Self::Dial => "rings somebody",
            Self::Bridge => "connects two people",
        }
    }
}

fn needs(node: &Node) -> &'static [Need] {
    match &node.verb {
        Verb::Collect(collect) if collect.class == Class::Secret => &[Need::Mask],
        Verb::Record(_) => &[Need::Record],
        Verb::Queue(_) | Verb::Transfer(_) => &[Need::Dial, Need::Bridge],
        _ => &[],
    }
}

/// The configuration of the project, if it has one.
fn configuration(project: &Project) -> Result<Option<Config>, CheckError> {
    let Some(settings) = project.settings.as_deref() else { return Ok(None) };
    config::read_file(settings)?.config.ok_or(CheckError::BrokenSettings).map(Some)
}

/// What the adapter can do: as the configuration says, else as it says itself.
fn abilities(config: Option<&Config>, name: &str) -> Result<Capabilities, CheckError> {
    if name == "sip" {
        return Ok(OURS);
    }
    let unknown = || CheckError::NoSuchAdapter(name.to_owned());
    let config = config.ok_or_else(unknown)?;
    let adapter = config.adapters.iter().find(|adapter| &*adapter.name == name);
    let adapter = adapter.ok_or_else(unknown)?;
    if let Some(declared) = adapter.capabilities {
        return Ok(declared);
    }
    let tasks = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let check = Check { kind: adapter_kind(&adapter.reach, &config.folder), sound: None };
    let told = remote::capabilities(&tasks.block_on(check.ability())?);
    Ok(Capabilities {
        speech: told.speech,
        record: told.record,
        dial: told.dial,
        bridge: told.bridge,
        samples: told.media == Media::Pcm,
        transfer: told.transfer,
        mask: told.mask,
    })
}
