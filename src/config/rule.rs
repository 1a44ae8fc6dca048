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
    "a flow or queue that the configuration names does not exist",
)
.why("A caller on that route would be turned away, and an agent of that queue would never be rung.")
.cure("Correct the name, or add the flow or queue.")
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
    .why("A transfer to a number needs the SIP address of a proxy or gateway; without it the transfer fails.")
    .cure("Add `via: \"sip:ADDRESS\"` of your proxy or gateway under `transfers:`.")
    .example("transfers: { allow: [\"+62215550100\"] }");

/// Every rule of the configuration, in the order of the codes.
pub static RULES: &[&Rule] =
    &[&CONTRADICTION, &NO_SUCH_NAME, &CLEAR_SECRET, &OPEN_TO_ALL, &NO_WAY_OUT];
