//! `sambung ticket`: what callers left for people to do, on a running node.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::desk::{self, DeskError, Node, NodeArgs, columns};
use crate::control::{TicketDetail, TicketList, TicketView};

/// See what callers left for people to do, say who does it and until when, and what came of it, on a running node
///
/// The node is reached by its control interface: `control` in sambung.yaml says where, and which tokens open it. An agent
/// sees and changes their own tickets and those of nobody.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sambung ticket list --overdue
  sambung ticket list --mine --as sari
  sambung ticket show 1001
  sambung ticket assign 1001 sari --due 4h
  sambung ticket note 1001 'Called back, she will send a photo.'
  sambung ticket close 1001 --outcome solved

Exit codes: 0 done, 1 not done, 2 the arguments make no sense, 3 the configuration or a token cannot be read.")]
pub(crate) struct TicketArgs {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    node: NodeArgs,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Tickets, by number; those that are open if nothing else is said
    List(ListArgs),
    /// One ticket with everything that was said and done
    Show {
        /// Its number
        ticket: u64,
    },
    /// Say who has to do it, or until when
    Assign(AssignArgs),
    /// Write down what was done about it
    Note {
        /// Its number
        ticket: u64,
        /// In words
        words: String,
    },
    /// Be done with it
    Close {
        /// Its number
        ticket: u64,
        /// What came of it
        #[arg(long, value_name = "OUTCOME", value_enum)]
        outcome: Outcome,
        /// What was done about it, in words
        #[arg(long, value_name = "WORDS")]
        note: Option<String>,
    },
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Those that are done
    #[arg(long, conflicts_with_all = ["all", "overdue"])]
    closed: bool,
    /// Those that are done as well
    #[arg(long, conflicts_with = "overdue")]
    all: bool,
    /// Those whose time is over
    #[arg(long)]
    overdue: bool,
    /// Those of the agent whom the token is for
    #[arg(long, conflicts_with_all = ["owner", "unowned"])]
    mine: bool,
    /// Those of an agent
    #[arg(long, value_name = "AGENT", conflicts_with = "unowned")]
    owner: Option<String>,
    /// Those of nobody
    #[arg(long)]
    unowned: bool,
    /// Of one kind, as the flow names it: `complaint`, `follow_up`, `voicemail`, `callback`
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
}

#[derive(Debug, Args)]
struct AssignArgs {
    /// Its number
    ticket: u64,
    /// The agent who has to do it; may be left out with a token of one's own, or where only the time changes
    #[arg(conflicts_with = "nobody")]
    agent: Option<String>,
    /// Nobody has to do it any more
    #[arg(long)]
    nobody: bool,
    /// Until when: a span from now, such as `90m`, `4h` or `2d`, or a time such as `2026-03-04T17:00:00+07:00`
    #[arg(long, value_name = "WHEN", value_parser = due)]
    due: Option<Due>,
}

/// What came of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Outcome {
    /// What it was about is settled
    Solved,
    /// It cannot be settled
    NotSolved,
    /// Whoever left it cannot be reached
    Unreachable,
    /// Another ticket is about the same
    Duplicate,
    /// There was nothing to be done
    Invalid,
}

/// Until when.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Due {
    /// So many seconds from now.
    Within(u64),
    /// A time, which the node reads.
    At(String),
}

impl Outcome {
    /// As the node reads it.
    const fn word(self) -> &'static str {
        match self {
            Self::Solved => "solved",
            Self::NotSolved => "not_solved",
            Self::Unreachable => "unreachable",
            Self::Duplicate => "duplicate",
            Self::Invalid => "invalid",
        }
    }
}

fn due(text: &str) -> Result<Due, String> {
    let fault =
        || "write `90m`, `4h`, `2d` or a time such as `2026-03-04T17:00:00+07:00`".to_owned();
    if text.contains('T') {
        return Ok(Due::At(text.to_owned()));
    }
    let (number, unit) = text
        .char_indices()
        .last()
        .and_then(|(at, _)| text.split_at_checked(at))
        .ok_or_else(fault)?;
    let number: u64 = number.parse().map_err(|_| fault())?;
    let seconds = match unit {
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(fault()),
    };
    Ok(Due::Within(number.saturating_mul(seconds)))
}

/// Does what is asked.
pub(crate) fn run(args: &TicketArgs) -> ExitCode {
    let json = args.node.json;
    let node = match Node::find(&args.node) {
        Ok(node) => node,
        Err(error) => return desk::tell::<Value>(Err(error), json, |_| String::new()),
    };
    let one = match &args.what {
        What::List(wanted) => return desk::tell(list(&node, wanted), json, table_of),
        What::Show { ticket } => node.get(&["tickets", &ticket.to_string()], &[]),
        What::Assign(args) => assign(&node, args),
        What::Note { ticket, words } => post(&node, *ticket, "note", json!({ "note": words })),
        What::Close { ticket, outcome, note } => {
            let body = json!({ "outcome": outcome.word(), "note": note });
            post(&node, *ticket, "close", body)
        }
    };
    desk::tell(one, json, detail)
}

fn post(node: &Node, ticket: u64, what: &str, body: Value) -> Result<TicketDetail, DeskError> {
    node.post(&["tickets", &ticket.to_string(), what], Some(body))
}

fn assign(node: &Node, args: &AssignArgs) -> Result<TicketDetail, DeskError> {
    let only_time = args.nobody || args.due.is_some();
    let own = node.agent.clone().filter(|_| !only_time);
    let agent = args.agent.clone().or(own);
    if agent.is_none() && !only_time {
        return Err(DeskError::NoAgent);
    }
    let mut body = json!({ "owner": agent, "nobody": args.nobody });
    match &args.due {
        Some(Due::Within(seconds)) => body["due_in_s"] = json!(seconds),
        Some(Due::At(at)) => body["due"] = json!(at),
        None => {}
    }
    post(node, args.ticket, "assign", body)
}

/// All of them, page by page.
fn list(node: &Node, wanted: &ListArgs) -> Result<TicketList, DeskError> {
    let mine = match wanted.mine {
        true => Some(node.agent.clone().ok_or(DeskError::NoAgent)?),
        false => None,
    };
    let owner = mine.or_else(|| wanted.owner.clone());
    let state = match (wanted.closed, wanted.all) {
        (true, _) => "closed",
        (false, true) => "all",
        (false, false) => "open",
    };
    let mut all = TicketList { tickets: Vec::new(), next: None };
    loop {
        let after = all.next.take().map(|next: u64| next.to_string());
        let mut query = vec![("limit", "1000"), ("state", state)];
        query.extend(after.as_deref().map(|after| ("after", after)));
        query.extend(owner.as_deref().map(|owner| ("owner", owner)));
        query.extend(wanted.kind.as_deref().map(|kind| ("kind", kind)));
        query.extend(wanted.overdue.then_some(("overdue", "true")));
        query.extend(wanted.unowned.then_some(("unowned", "true")));
        let page: TicketList = node.get(&["tickets"], &query)?;
        all.tickets.extend(page.tickets);
        match page.next {
            Some(next) => all.next = Some(next),
            None => return Ok(all),
        }
    }
}

fn table_of(list: &TicketList) -> String {
    table(&list.tickets)
}

fn table(tickets: &[TicketView]) -> String {
    let row = |ticket: &TicketView| {
        let state = match (&ticket.closed, ticket.overdue) {
            (Some(_), _) => ticket.outcome.clone().unwrap_or_else(|| "closed".to_owned()),
            (None, true) => "overdue".to_owned(),
            (None, false) => "open".to_owned(),
        };
        [
            ticket.ticket.to_string(),
            ticket.kind.clone(),
            state,
            ticket.owner.clone().unwrap_or_default(),
            ticket.opened.clone(),
            ticket.due.clone().unwrap_or_default(),
            ticket.closed.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = tickets.iter().map(row).collect();
    columns(["TICKET", "KIND", "STATE", "OWNER", "OPENED", "DUE", "CLOSED"], &rows)
}

fn detail(ticket: &TicketDetail) -> String {
    let mut text = table(std::slice::from_ref(&ticket.view));
    let message = ticket.recording.iter().map(|file| ["message".to_owned(), file.clone()]);
    let said = ticket.fields.iter().map(|(name, value)| [plain(name), plain(value)]);
    let said: Vec<_> = said.chain(message).collect();
    if !said.is_empty() {
        text.push('\n');
        text.push_str(&columns(["SAID", ""], &said));
    }
    if !ticket.steps.is_empty() {
        let row = |step: &crate::control::TicketStepView| {
            let (owner, due) = (step.owner.clone(), step.due.clone());
            let owner = owner.map(|owner| format!("owner {owner}"));
            let due = due.map(|due| format!("due {due}"));
            let stands: Vec<String> = owner.into_iter().chain(due).collect();
            let note = step.note.as_deref().map(plain).unwrap_or_default();
            [step.at.clone(), step.by.clone(), step.did.clone(), stands.join(", "), note]
        };
        let rows: Vec<_> = ticket.steps.iter().map(row).collect();
        text.push('\n');
        text.push_str(&columns(["AT", "BY", "DID", "THEN", "NOTE"], &rows));
    }
    text
}

/// A text on one line, without anything that a terminal would take for an order.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_due_time_is_a_span_or_a_time() {
        assert_eq!(due("90m"), Ok(Due::Within(5_400)));
        assert_eq!(due("4h"), Ok(Due::Within(14_400)));
        assert_eq!(due("2d"), Ok(Due::Within(172_800)));
        let at = "2026-03-04T17:00:00+07:00";
        assert_eq!(due(at), Ok(Due::At(at.to_owned())));
        for wrong in ["", "4", "h", "4 h", "-4h", "4w", "é"] {
            assert!(due(wrong).is_err(), "{wrong}");
        }
    }
}
