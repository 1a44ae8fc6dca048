//! `sambung agent`: what the agents of a running node do, and what they are to do.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::desk::{self, DeskError, Node, NodeArgs, columns};
use crate::control::{AgentList, AgentView};

/// See what agents do and tell them what to do, on a running node
///
/// The node is reached by its control interface: `control` in sambung.yaml says where, and which tokens open it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sambung agent list
  sambung agent break lunch sari
  sambung agent ready sari --as desk
  sambung agent extend --by 60 sari

Exit codes: 0 done, 1 not done, 2 the arguments make no sense, 3 the configuration or a token cannot be read.")]
pub(crate) struct AgentArgs {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    node: NodeArgs,
}

/// What the node tells to be pending of one who is, or then will be, logged out.
const LOGGED_OUT: &str = "logged_out";

#[derive(Debug, Subcommand)]
enum What {
    /// All agents, by name
    List,
    /// One agent
    Show(Whom),
    /// Take calls: logs in, and ends a break and any pause after failed offers
    Ready(Whom),
    /// Have a break, once the present offer, talk and wrap-up are over
    Break {
        /// Why, such as `lunch`
        reason: String,
        #[command(flatten)]
        whom: Whom,
    },
    /// Be logged out, once the present offer, talk and wrap-up are over
    Offline(Whom),
    /// Be done with the wrap-up
    Done(Whom),
    /// Have longer for the wrap-up, up to 30 minutes in all
    Extend {
        #[command(flatten)]
        whom: Whom,
        /// By how many seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 30)]
        by: u64,
    },
    /// Free an agent who is stuck: takes an offer back, ends a talk, a wrap-up and a pause
    Free(Whom),
}

#[derive(Debug, Args)]
struct Whom {
    /// The agent; may be left out with a token of one's own
    agent: Option<String>,
}

/// Does what is asked.
pub(crate) fn run(args: &AgentArgs) -> ExitCode {
    let node = match Node::find(&args.node) {
        Ok(node) => node,
        Err(error) => return desk::tell::<Value>(Err(error), false, |_| String::new()),
    };
    let change = |whom: &Whom, body: Value| post(&node, whom, "state", Some(body));
    let one = match &args.what {
        What::List => return desk::tell(list(&node), args.node.json, |list| table(&list.agents)),
        What::Show(whom) => name(&node, whom).and_then(|agent| node.get(&["agents", &agent], &[])),
        What::Ready(whom) => change(whom, json!({ "state": "ready" })),
        What::Break { reason, whom } => change(whom, json!({ "state": "break", "reason": reason })),
        What::Offline(whom) => change(whom, json!({ "state": "offline" })),
        What::Extend { whom, by } => {
            change(whom, json!({ "state": "extend_wrapup", "seconds": by }))
        }
        What::Done(whom) => change(whom, json!({ "state": "wrapup_done" })),
        What::Free(whom) => post(&node, whom, "free", None),
    };
    desk::tell(one, args.node.json, |agent| table(std::slice::from_ref(agent)))
}

fn post(node: &Node, whom: &Whom, what: &str, body: Option<Value>) -> Result<AgentView, DeskError> {
    node.post(&["agents", &name(node, whom)?, what], body)
}

fn name(node: &Node, whom: &Whom) -> Result<String, DeskError> {
    whom.agent.clone().or_else(|| node.agent.clone()).ok_or(DeskError::NoAgent)
}

/// All of them, page by page.
fn list(node: &Node) -> Result<AgentList, DeskError> {
    let mut all = AgentList { agents: Vec::new(), next: None };
    loop {
        let after = all.next.take();
        let mut query = vec![("limit", "1000")];
        query.extend(after.as_deref().map(|after| ("after", after)));
        let page: AgentList = node.get(&["agents"], &query)?;
        all.agents.extend(page.agents);
        match page.next {
            Some(next) => all.next = Some(next),
            None => return Ok(all),
        }
    }
}

fn table(agents: &[AgentView]) -> String {
    let row = |agent: &AgentView| {
        let mut why = agent.reason.clone().or_else(|| agent.contact.clone()).unwrap_or_default();
        if let Some(pending) = &agent.pending {
            why.push_str(&match (&**pending, &*agent.state) {
                (LOGGED_OUT, "offline") => "logged out".to_owned(),
                (LOGGED_OUT, _) => " (then logged out)".to_owned(),
                (pending, _) => format!(" (then break: {pending})"),
            });
        }
        let until = agent.until.clone().unwrap_or_default();
        let (name, state) = (agent.agent.clone(), agent.state.clone());
        [name, state, why.trim().to_owned(), agent.since.clone(), until, agent.queues.join(", ")]
    };
    let rows: Vec<_> = agents.iter().map(row).collect();
    columns(["AGENT", "STATE", "WHY", "SINCE", "UNTIL", "QUEUES"], &rows)
}
