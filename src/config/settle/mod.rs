//! From the file as written to a [`Config`]: defaults filled in, secrets fetched, contradictions found.

mod adapters;
mod agents;
mod codes;
mod control;
mod guard;
mod routes;
mod secrets;
mod session;
mod sockets;
mod trunks;

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use super::file::{File, LimitSection, RtpSection, SipSection, TransferSection};
use super::references::References;
use super::rule::{CONTRADICTION, NO_WAY_OUT, OPEN_TO_ALL};
use super::settings::{Config, Limits, Network, Rtp, Sip, Transfers};
use super::written::{Tag, Time};
use crate::call::Language;
use crate::flow::{Diagnostic, EDITION, Span, Spanned, WRONG_FORM};
use crate::time::Duration;

/// The one edition of the configuration that this program knows.
const EDITION_KNOWN: u64 = 1;
/// Who may call without registering where nothing is said: this machine.
const LOOPBACK: Network = Network { address: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), prefix: 8 };
/// Calls at a time where nothing is said, and the most that can be set.
const CALLS: (usize, usize) = (1_000, 100_000);
/// Time to drain where nothing is said, and the longest that can be set.
const DRAIN: (Duration, Duration) = (Duration::from_secs(300), Duration::from_mins(24 * 60));
/// For how long a place in line may be taken up again where nothing is said, and the longest that can be set: the history
/// keeps no place for longer.
const RESUME: (Duration, Duration) = (Duration::from_mins(10), Duration::from_mins(60));

/// What was found so far, and the names to be looked up later.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) findings: Vec<Diagnostic>,
    pub(super) names: References,
}

impl Found {
    fn add(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    fn contradiction(&mut self, span: Span, message: String) {
        self.add(Diagnostic::new(&CONTRADICTION, span, message));
    }

    /// A list without anything said twice; without a single item it is a finding.
    fn distinct<T: Clone + PartialEq>(
        &mut self,
        list: Spanned<Vec<Spanned<T>>>,
        what: &str,
    ) -> Vec<T> {
        if list.value.is_empty() {
            self.add(Diagnostic::new(
                &WRONG_FORM,
                list.span,
                format!("{what} must name at least one"),
            ));
        }
        let mut kept: Vec<Spanned<T>> = Vec::new();
        for item in list.value {
            match kept.iter().find(|other| other.value == item.value) {
                Some(first) => {
                    let finding = Diagnostic::new(
                        &CONTRADICTION,
                        item.span,
                        format!("{what} says this twice"),
                    );
                    self.add(finding.also(first.span, "first here"));
                }
                None => kept.push(item),
            }
        }
        kept.into_iter().map(|item| item.value).collect()
    }

    /// A time up to a bound.
    fn at_most(&mut self, time: &Spanned<Time>, most: Duration, what: &str) -> Duration {
        if time.value.0 > most {
            let message = format!("{what} may be {most} at most");
            self.add(Diagnostic::new(&WRONG_FORM, time.span, message));
        }
        time.value.0
    }
}

/// Settles a whole configuration; `folder` is where its relative paths begin.
pub(super) fn settle(file: File, folder: &Path) -> (Config, Found) {
    let mut found = Found::default();
    edition(&mut found, &file.sambung);
    let entries = file.trunks.unwrap_or_default();
    let names: Vec<Arc<str>> = entries.keys().cloned().collect();
    // What no password is known for now is a way all the same.
    let by_trunk = entries.values().any(|trunk| trunk.value.numbers.is_some());
    let transfers = transfers(&mut found, file.transfers.unwrap_or_default(), by_trunk);
    let entries_of_agents = file.agents.unwrap_or_default();
    let named = entries_of_agents.keys().cloned().collect();
    let adapters = file.adapters.unwrap_or_default();
    let adapter_names = adapters.iter().filter_map(|entry| entry.value.name.as_ref());
    let adapter_names: Vec<_> = adapter_names.map(|name| Arc::clone(&name.value.0)).collect();
    let (agents, mut disabled) =
        agents::settle(&mut found, entries_of_agents, &adapter_names, folder);
    let (trunks, left_out) = trunks::settle(&mut found, entries, folder);
    disabled.extend(left_out);
    let (adapters, left_out) = adapters::settle(&mut found, adapters, folder);
    disabled.extend(left_out);
    let agents = agents::with_adapter(agents, &adapters, &mut disabled);
    let (control, left_out) = control::settle(&mut found, file.control, &named, folder);
    disabled.extend(left_out);
    let path =
        |written: Option<String>, default: &str| folder.join(written.as_deref().unwrap_or(default));
    let safe = file.safe.unwrap_or_default();
    if let Some(number) = &safe.number
        && transfers.via.is_none()
        && !by_trunk
        && is_number(&number.value.0)
    {
        let message = "this number may be called, but nothing says through whom";
        let finding = Diagnostic::new(&NO_WAY_OUT, number.span, message);
        found.add(finding.help("add `transfers: { via: \"sip:ADDRESS\" }`: your proxy or gateway"));
    }
    let config = Config {
        folder: folder.to_owned(),
        languages: languages(&mut found, file.languages),
        flows: path(file.flows, "flows"),
        audio: path(file.audio, "audio"),
        records: path(file.records, "records.jsonl"),
        journals: file.journals.map(|written| folder.join(written)),
        store: path(file.store, "sambung.db"),
        recordings: path(file.recordings, "recordings"),
        record_talks: file.record_talks,
        tickets: path(file.tickets, "tickets.jsonl"),
        callbacks: path(file.callbacks, "callbacks.jsonl"),
        resume: resume(&mut found, file.resume),
        retention: file.retention.unwrap_or_default().settle(),
        safe_flow: safe.flow.map(|flow| found.names.flow(flow)),
        safe_number: safe.number.map(|number| number.value.0),
        sip: sip(&mut found, file.sip.unwrap_or_default(), folder),
        rtp: rtp(&mut found, file.rtp.unwrap_or_default()),
        adapters,
        routes: routes::settle(&mut found, file.routes.unwrap_or_default(), &names),
        agents,
        trunks,
        control,
        agent_codes: codes::settle(&mut found, file.agent_codes),
        transfers,
        pop_url: file.pop_url.map(|page| page.0),
        secrets: secrets::settle(&mut found, file.secrets.unwrap_or_default()),
        limits: limits(&mut found, file.limits.unwrap_or_default()),
        disabled,
    };
    (config, found)
}

fn edition(found: &mut Found, edition: &Spanned<u64>) {
    if edition.value != EDITION_KNOWN {
        let message = format!(
            "this file says edition {}; this `sambung` knows {EDITION_KNOWN}",
            edition.value
        );
        found.add(Diagnostic::new(&EDITION, edition.span, message));
    }
}

fn languages(found: &mut Found, list: Option<Spanned<Vec<Spanned<Tag>>>>) -> Vec<Language> {
    match list {
        Some(list) => found.distinct(list, "`languages`").into_iter().map(|tag| tag.0).collect(),
        None => vec![Language::from("id"), Language::from("en")],
    }
}

fn sip(found: &mut Found, section: SipSection, folder: &Path) -> Sip {
    let listen = sockets::listen(found, section.listen, section.tls.as_ref());
    let allow = match section.allow {
        Some(list) => {
            for open in list.iter().filter(|range| range.value.0.prefix == 0) {
                let message = "every address of the network may call without registering";
                found.add(Diagnostic::new(&OPEN_TO_ALL, open.span, message));
            }
            list.into_iter().map(|range| range.value.0).collect()
        }
        None => vec![LOOPBACK],
    };
    Sip {
        listen,
        advertise: section.advertise.and_then(|advertise| advertise.0),
        realm: section.realm.map_or_else(|| "sambung".into(), |realm| realm.0),
        allow,
        agents_from: guard::agents_from(found, section.agents_from),
        digest: guard::digest(found, section.digest),
        guard: guard::settle(found, section.guard.unwrap_or_default()),
        media_source: section.media_source.unwrap_or_default(),
        dtmf: section.dtmf.unwrap_or_default(),
        session: session::settle(found, section.session),
        reliable: section.reliable.unwrap_or_default(),
        outbound: section.outbound.map(|proxy| proxy.0),
        tls: section.tls.map(|files| sockets::tls(files, folder)),
    }
}

/// The time of audio in a packet, unless another is written.
const PACKET_TIME: Duration = Duration::from_millis(20);

fn rtp(found: &mut Found, section: RtpSection) -> Rtp {
    Rtp {
        ports: section.ports.map_or(20_000..=29_999, |ports| ports.0),
        threads: section.threads.and_then(|threads| threads.0),
        codecs: section.codecs.map(|list| found.distinct(list, "`codecs`")),
        packet_time: section.ptime.map_or(PACKET_TIME, |time| time.0),
        srtp: section.srtp.unwrap_or_default(),
    }
}

/// Whether a target is a telephone number, which is called through somebody else.
fn is_number(to: &str) -> bool {
    !to.starts_with("sip:") && !to.starts_with("sips:")
}

fn transfers(found: &mut Found, section: TransferSection, by_trunk: bool) -> Transfers {
    let via = section.via.map(|via| via.0);
    let Some(list) = section.allow else { return Transfers { via, ..Transfers::default() } };
    if via.is_none() && !by_trunk && list.value.iter().any(|to| is_number(&to.0)) {
        let message = "these numbers may be called, but nothing says through whom";
        let finding = Diagnostic::new(&NO_WAY_OUT, list.span, message);
        found.add(
            finding.help("add a trunk with `numbers:`, or `via: \"sip:ADDRESS\"` of your gateway"),
        );
    }
    Transfers { allow: list.value.into_iter().map(|to| to.0).collect(), via }
}

/// A number of calls.
fn calls(found: &mut Found, written: &Spanned<u64>, what: &str) -> Option<usize> {
    match usize::try_from(written.value) {
        Ok(number) if (1..=CALLS.1).contains(&number) => Some(number),
        _ => {
            let message = format!("{what} must be a whole number from 1 to {}", CALLS.1);
            found.add(Diagnostic::new(&WRONG_FORM, written.span, message));
            None
        }
    }
}

/// For how long a place in line may be taken up again.
fn resume(found: &mut Found, written: Option<Spanned<Time>>) -> Duration {
    written.map_or(RESUME.0, |resume| found.at_most(&resume, RESUME.1, "`resume`"))
}

fn limits(found: &mut Found, section: LimitSection) -> Limits {
    let calls = section.calls.and_then(|written| calls(found, &written, "`limits.calls`"));
    let calls = calls.unwrap_or(CALLS.0);
    let drain =
        section.drain.map_or(DRAIN.0, |drain| found.at_most(&drain, DRAIN.1, "`limits.drain`"));
    Limits { calls, drain }
}
