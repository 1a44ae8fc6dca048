//! `sambung queue`: how the queues of a running node stand, why somebody waits, and where they are to stand.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::desk::{self, Node, NodeArgs, columns};
use crate::control::{ContactView, Explained, QueueDetail, QueueList, QueueToday, QueueView};

/// See how queues stand, who waits and why, and change places, on a running node
///
/// The node is reached by its control interface: `control` in sambung.yaml says where, and which tokens open it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sambung queue list
  sambung queue show service
  sambung queue move 0192f0c4-5d1e-7c43-9f3a-6f2d8e1b0a77 sales
  sambung queue explain service 0192f0c4-5d1e-7c43-9f3a-6f2d8e1b0a77 sari

Exit codes: 0 done, 1 not done, 2 the arguments make no sense, 3 the configuration or a token cannot be read.")]
pub(crate) struct QueueArgs {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    node: NodeArgs,
}

#[derive(Debug, Subcommand)]
enum What {
    /// All queues, by name
    List,
    /// One queue and who waits in it, first first
    Show {
        /// The queue
        queue: String,
    },
    /// Give a contact another priority
    Priority {
        /// The contact, as `queue show` tells it
        contact: String,
        /// 1 (first) to 9
        priority: u8,
    },
    /// Lead a contact to another queue, with its place
    Move {
        /// The contact, as `queue show` tells it
        contact: String,
        /// The queue to go to
        queue: String,
    },
    /// Why a contact is, or is not, offered to an agent now, rule by rule
    Explain {
        /// The queue
        queue: String,
        /// The contact, as `queue show` tells it
        contact: String,
        /// The agent
        agent: String,
    },
}

/// Does what is asked.
pub(crate) fn run(args: &QueueArgs) -> ExitCode {
    let json = args.node.json;
    let node = match Node::find(&args.node) {
        Ok(node) => node,
        Err(error) => return desk::tell::<Value>(Err(error), json, |_| String::new()),
    };
    match &args.what {
        What::List => {
            let list = node.get::<QueueList>(&["queues"], &[]);
            desk::tell(list, json, |list| queues(&list.queues))
        }
        What::Show { queue } => {
            let shown = node.get::<QueueDetail>(&["queues", queue], &[]);
            desk::tell(shown, json, detail)
        }
        What::Priority { contact, priority } => {
            change(&node, json, contact, serde_json::json!({ "priority": priority }))
        }
        What::Move { contact, queue } => {
            change(&node, json, contact, serde_json::json!({ "queue": queue }))
        }
        What::Explain { queue, contact, agent } => {
            let query = [("contact", &**contact), ("agent", &**agent)];
            let told = node.get::<Explained>(&["queues", queue, "explain"], &query);
            desk::tell(told, json, explained)
        }
    }
}

fn change(node: &Node, json: bool, contact: &str, body: Value) -> ExitCode {
    let changed = node.post::<ContactView>(&["contacts", contact], Some(body));
    desk::tell(changed, json, |contact| contacts(std::slice::from_ref(contact)))
}

fn queues(queues: &[QueueView]) -> String {
    let row = |queue: &QueueView| {
        let agents = queue.agents.iter().map(|(state, number)| format!("{number} {state}"));
        let agents: Vec<String> = agents.collect();
        let longest = queue.longest_wait_s.map(|seconds| format!("{seconds} s"));
        let today = queue.today.as_ref();
        let counted = |of: fn(&QueueToday) -> u64| today.map(|t| of(t).to_string());
        let share = |of: fn(&QueueToday) -> Option<f64>| today.and_then(of).map(per_cent);
        [
            queue.queue.clone(),
            queue.waiting.to_string(),
            longest.unwrap_or_default(),
            counted(|today| today.offered).unwrap_or_default(),
            counted(|today| today.answered).unwrap_or_default(),
            share(|today| today.abandonment).unwrap_or_default(),
            share(|today| today.service_level).unwrap_or_default(),
            agents.join(", "),
        ]
    };
    let rows: Vec<_> = queues.iter().map(row).collect();
    let names =
        ["QUEUE", "WAITING", "LONGEST", "OFFERED", "ANSWERED", "ABANDONED", "LEVEL", "AGENTS"];
    let mut text = columns(names, &rows);
    if let Some(today) = queues.iter().find_map(|queue| queue.today.as_ref()) {
        let QueueToday { zone, reckoned, whole, .. } = today;
        text.push_str(&format!("From OFFERED to LEVEL: today ({zone}), LEVEL is {reckoned}.\n"));
        if !whole {
            text.push_str("The day is still being read from the store.\n");
        }
    }
    text
}

fn per_cent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn detail(queue: &QueueDetail) -> String {
    let head = queues(std::slice::from_ref(&queue.view));
    if queue.contacts.is_empty() {
        return head;
    }
    head + "\n" + &contacts(&queue.contacts)
}

fn contacts(contacts: &[ContactView]) -> String {
    let row = |contact: &ContactView| {
        [
            contact.position.to_string(),
            contact.queue.clone(),
            contact.contact.clone(),
            contact.priority.to_string(),
            format!("{} s", contact.waited_s),
            contact.caller.clone().unwrap_or_else(|| "withheld".to_owned()),
            contact.offered_to.join(", "),
        ]
    };
    let rows: Vec<_> = contacts.iter().map(row).collect();
    let names = ["PLACE", "QUEUE", "CONTACT", "PRIORITY", "WAITED", "CALLER", "OFFERED TO"];
    columns(names, &rows)
}

fn explained(told: &Explained) -> String {
    let row = |finding: &crate::control::FindingView| {
        let holds = if finding.holds { "yes" } else { "no" };
        [holds.to_owned(), finding.rule.clone(), finding.fact.clone()]
    };
    let rows: Vec<_> = told.findings.iter().map(row).collect();
    let verdict = if told.may_offer { "It may be offered." } else { "It is not offered." };
    columns(["HOLDS", "RULE", "FACT"], &rows) + verdict + "\n"
}
