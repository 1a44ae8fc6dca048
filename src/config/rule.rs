//! The rules that only a configuration can break; reading faults are those of any YAML file of the project.

use crate::flow::Rule;

/// E1001: two parts of the configuration contradict each other.
pub static CONTRADICTION: Rule = Rule::error("E1001", "two parts of the configuration contradict each other")
    .why("A node that starts with them would do neither as meant: of two routes for one number, only one can be taken.")
    .cure("Keep one of the two.")
    .example("routes: [ { default: halo }, { default: toko } ]");

/// E1002: a name that leads nowhere.
pub static NO_SUCH_NAME: Rule = Rule::error(
    "E1002",
    "a flow, queue, calendar or adapter that the configuration names does not exist",
)
.why("A caller on that route would be turned away, and an agent of that queue would never be rung.")
.cure("Correct the name, or add the flow, queue, calendar or adapter.")
.example("routes: [ { to: \"100\", flow: tokoo } ]");

/// E1003: a secret in clear text.
pub static CLEAR_SECRET: Rule = Rule::error("E1003", "a secret stands in clear text")
    .why("Configurations are copied, mailed and kept in version control; secrets come from the environment or a file of their own.")
    .cure("Write `{ env: NAME }` or `{ file: PATH }`, and change the secret: it has been seen.")
    .example("password: kopi-tubruk");

/// W1004: everybody may call without an account.
pub static OPEN_TO_ALL: Rule = Rule::warning("W1004", "every address may call without registering")
    .why("Scanners find an open SIP port within minutes and calls expensive numbers through it.")
    .cure("Name the networks of your own phones and trunks in `sip.allow`.")
    .example("sip: { allow: [0.0.0.0/0] }");

/// W1005: numbers are allowed, but there is no way to call them.
pub static NO_WAY_OUT: Rule = Rule::warning("W1005", "numbers may be called, but no way leads to them")
    .why("A transfer to a number needs a trunk, or the SIP address of a gateway; without it the transfer fails.")
    .cure("Add a trunk with `numbers:`, or `via: \"sip:ADDRESS\"` of your gateway under `transfers:`.")
    .example("transfers: { allow: [\"+62215550100\"] }");

/// E1006: a trunk that does not exist.
pub static NO_SUCH_TRUNK: Rule = Rule::error("E1006", "a trunk that is named does not exist")
    .why("No call would ever come or go by it.")
    .cure("Correct the name, or add the trunk under `trunks:`.")
    .example("routes: [ { trunk: telco, flow: toko } ]");

/// W1007: a route that no call can take.
pub static UNREACHABLE_ROUTE: Rule = Rule::warning("W1007", "no call can take this route")
    .why("More specific routes take every call first: one while a calendar is open, one while it is not.")
    .cure("Leave the route out, or one of the other two.")
    .example(
        "routes: [ { to: 1, hours: shop, flow: a }, { to: 1, closed: shop, flow: b }, { to: 1, flow: c } ]",
    );

/// W1008: the control interface is open to the network without TLS.
pub static TOKENS_IN_CLEAR: Rule = Rule::warning("W1008", "tokens of the control interface travel in clear")
    .why("Whoever sees the network sees the tokens, and can then do what they open.")
    .cure("Listen on 127.0.0.1 and let a proxy that speaks TLS stand in front, or keep it to a network of its own.")
    .example("control: { listen: \"0.0.0.0:8022\", tokens: { desk: { env: SAMBUNG_TOKEN, role: read } } }");

/// W1009: an agent whom no ring of a queue reaches.
pub static NEVER_REACHED: Rule = Rule::warning("W1009", "no ring of the queue reaches this agent's level")
    .why("Callers reach the levels that the rings of a queue name, the first one from the beginning. An agent of another level is never rung for it.")
    .cure("Give the agent a level that a ring names, or add the level to a ring.")
    .example("agents: { budi: { address: \"sip:budi@127.0.0.1:5070\", queues: [{ service: 4 }] } }");

/// W1010: a ring whose levels nobody has.
pub static NO_SUCH_LEVEL: Rule = Rule::warning("W1010", "a queue lets in levels that none of its agents has")
    .why("Callers who have waited until that ring reach nobody more by it; where it is the first one, they hear music and wait for nobody at all.")
    .cure("Name a level that agents of the queue have, give an agent that level, or leave the ring out.")
    .example("queues: { service: { rings: [ { after: 30s, levels: 7 } ] } }");

/// W1011: a skill that nobody has.
pub static NO_SUCH_SKILL: Rule = Rule::warning("W1011", "callers ask for a skill that no agent of the queue has")
    .why("The caller would wait for nobody, or hear at once that nobody is logged in, however many agents are ready.")
    .cure("Correct the name, give an agent the skill, or let a ring of the queue ask for it no more: `drop_skills`.")
    .example("agent: { queue: service, skills: { language: fr } }");

/// E1020: a flow needs what its adapter cannot do.
pub static BEYOND_ADAPTER: Rule = Rule::error("E1020", "a flow needs more than the adapter can do")
    .why("On a call of that adapter the node would fail, or secret keys would stand where others can read them.")
    .cure("Let the adapter learn it, or route its calls to a flow that does without.")
    .example("adapters: [ { name: pbx, kind: process, command: [./pbx], capabilities: { dial: false } } ]");

/// Every rule of the configuration, in the order of the codes.
pub static RULES: &[&Rule] = &[
    &CONTRADICTION,
    &NO_SUCH_NAME,
    &CLEAR_SECRET,
    &OPEN_TO_ALL,
    &NO_WAY_OUT,
    &NO_SUCH_TRUNK,
    &UNREACHABLE_ROUTE,
    &TOKENS_IN_CLEAR,
    &NEVER_REACHED,
    &NO_SUCH_LEVEL,
    &NO_SUCH_SKILL,
    &BEYOND_ADAPTER,
];
