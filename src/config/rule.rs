//! The rules that only a configuration can break; reading faults are those of any YAML file of the project.

use crate::flow::{Level, Rule};

/// E1001: two parts of the configuration contradict each other.
pub static CONTRADICTION: Rule = Rule {
    code: "E1001",
    level: Level::Error,
    what: "two parts of the configuration contradict each other",
    why: "A node that starts with them would do neither as meant: of two routes for one number, only one can be taken.",
    example: "routes: [ { default: halo }, { default: toko } ]",
};

/// E1002: a name that leads nowhere.
pub static NO_SUCH_NAME: Rule = Rule {
    code: "E1002",
    level: Level::Error,
    what: "a flow or queue that the configuration names does not exist",
    why: "A caller on that route would be turned away, and an agent of that queue would never be rung.",
    example: "routes: [ { to: \"100\", flow: tokoo } ]",
};

/// E1003: a secret in clear text.
pub static CLEAR_SECRET: Rule = Rule {
    code: "E1003",
    level: Level::Error,
    what: "a secret stands in clear text",
    why: "Configurations are copied, mailed and kept in version control; secrets come from the environment or a file of their own.",
    example: "password: kopi-tubruk",
};

/// W1004: everybody may call without an account.
pub static OPEN_TO_ALL: Rule = Rule {
    code: "W1004",
    level: Level::Warning,
    what: "every address may call without registering",
    why: "Scanners find an open SIP port within minutes. Allow the networks of your own phones and trunks.",
    example: "sip: { allow: [0.0.0.0/0] }",
};

/// W1005: numbers are allowed, but there is no way to call them.
pub static NO_WAY_OUT: Rule = Rule {
    code: "W1005",
    level: Level::Warning,
    what: "numbers may be called, but no way leads to them",
    why: "A transfer to a number needs the SIP address of a proxy or gateway; without it the transfer fails.",
    example: "transfers: { allow: [\"+62215550100\"] }",
};
