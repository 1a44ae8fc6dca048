//! Whether flows need more than an adapter can do: `sambung check --adapter NAME`.

use super::CheckError;
use crate::call::Class;
use crate::config::{self, BEYOND_ADAPTER, Capabilities};
use crate::flow::{Diagnostic, Node, Verb};
use crate::project::Project;
use crate::server::adapter_kind;
use crate::telephony::kit::Check;
use crate::telephony::remote;

/// What the adapter inside this program can do.
const OURS: Capabilities = Capabilities {
    speech: false,
    record: true,
    dial: true,
    bridge: true,
    transfer: true,
    mask: true,
};

/// A finding for each node of the project that needs more than the adapter can do.
pub(super) fn findings(project: &Project, name: &str) -> Result<Vec<Diagnostic>, CheckError> {
    let able = abilities(project, name)?;
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
        }
    }
    Ok(found)
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

/// What the adapter can do: as the configuration says, else as it says itself.
fn abilities(project: &Project, name: &str) -> Result<Capabilities, CheckError> {
    if name == "sip" {
        return Ok(OURS);
    }
    let unknown = || CheckError::NoSuchAdapter(name.to_owned());
    let settings = project.settings.as_deref().ok_or_else(unknown)?;
    let config = config::read_file(settings)?.config.ok_or(CheckError::BrokenSettings)?;
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
        transfer: told.transfer,
        mask: told.mask,
    })
}
