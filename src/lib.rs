//! Sambung (Indonesian: *to connect*), an interactive voice response (IVR) engine.
//!
//! A caller dials, a YAML call flow answers in the caller's language, takes keys or words, answers what it can and
//! hands the rest to a human queue with everything it learnt. One record says what happened.
//!
//! # The road
//!
//! ```text
//!  caller/agent     telephony/ ── Report ─▶ runtime/ ─ Input(now) ─▶ engine/ ─▶ session/ ─▶ interpreter/ ─▶ flow/ (read only)
//!    ▲  │               ▲                     │ owns it                │            │             │
//!    │  └─ RTP ─▶ media threads               │                        │            │             │
//!    └──── RTP ◀─ (telephony/rtp, media/) ◀───┴── Output: Command ◀────┴─ dispatch ◀┴── actions ◀─┘
//!                                                                      ├─▶ queue/    the human queue (ACD)
//!                                                                      ├─▶ faq/      answers, in the same turn
//!                                                                      └─▶ storage/  call records, history
//! ```
//!
//! One direction down, one answer back up. Nobody below calls anybody above. `engine::dispatch` is the only place
//! where something is sent on, and each thing has exactly one destination.
//!
//! # The floors
//!
//! From the front door down; a module names only what stands lower, and `tests/architecture.rs` holds the table.
//!
//! | floor | modules |
//! |---|---|
//! | front door | [`cli`], [`server`], [`assemble`], [`config`], [`project`] |
//! | adapters (tokio or threads) | [`telephony`], [`backend`], [`storage`], [`speech`], [`control`] |
//! | drivers of the engine | [`runtime`] (live), [`simulation`] (virtual time) |
//! | the deterministic core | [`engine`], [`session`], [`interpreter`] |
//! | machines that know only the vocabulary | [`flow`], [`queue`], [`faq`], [`media`], [`sip`], [`calendar`], [`reading`]; [`report`], figures of what happened |
//! | the vocabulary | [`call`], [`history`], [`text`], [`time`]; [`bug`], faults that tests plant |
//!
//! The core is sans-IO: `handle(now, input)`, `poll_output()`, `poll_timeout()`. It has no clock, socket, file, thread,
//! task, lock or random source; the same inputs and the same seed give the same bytes. Live calls, whole-call tests and
//! the console caller drive the very same engine.
//!
//! # Invariants
//!
//! - Each call that a flow took ends with exactly one call record; nothing is commanded to a leg after its hang-up.
//! - A call is in exactly one of: flow, queue, talking, ended. A live session always plays, listens with a live timer,
//!   waits in a queue or for a ringing phone, or talks: no silent stall.
//! - An agent holds at most one offer, a contact at most one live offer; an agent is rung only while ready, and for an
//!   offer that is on the disk where a history is kept.
//! - A place in line is never lost: a contact whose offer failed keeps its original enqueue time.
//! - Time never runs back; that of a call stands still while its adapter is out of touch.
//! - Values of class `secret` appear in no output; keys typed ahead are secret until a node takes them.
//! - Everything is bounded: queues, digits, retries, plays, packets per tick, headers, steps of a record.
//!
//! `simulation::watch` holds all of them against what goes into an engine and comes out of it, after every step, from
//! books of its own; `tests/bugs.rs` puts faults into the engine and proves that each is found.
//!
//! Deliberately absent: a shared lock, a task or timer per call in the media path, a script language in flows, and any
//! way to reach a number that the configuration does not allow.
//!
//! # Glossary
//!
//! | word | meaning |
//! |---|---|
//! | adapter | what connects one telephony world (SIP, a program outside) to the engine by reports and commands |
//! | agent | a human who answers callers of a queue |
//! | adrift | an agent, a leg or a call that stands without what it stands on, which should never be |
//! | barge-in | interrupting a prompt by a key or by speech |
//! | bridge | two legs connected, audio both ways |
//! | call | one customer's contact from offer to record |
//! | case | one call of a test file, with everything around it and what must be true of it |
//! | clip | a word that is recorded once, so that numbers, dates and money can be read aloud from recordings |
//! | command | an order to an adapter about one leg; also, in a flow, a key or word that works at every question |
//! | contact | a caller as the queue sees them |
//! | coverage | what calls have touched of a flow: nodes, ways out of them, prompts |
//! | day | callers, agents and services of a call centre in virtual time, made from a seed |
//! | ear | what puts a party's packets in order and decodes them, and says what it made up |
//! | entry | one string of keys that answers a question |
//! | escape | where a call is led when it runs out of errors, time or visits: the target of command `0` |
//! | event | what an adapter reports about one leg, past tense |
//! | exploration | every call that a flow can have, played on paper from state to state |
//! | fingerprint | the SHA-256 of a day's transcript |
//! | epoch | the life of one process, as the history counts it |
//! | fact | one thing that happened to a contact, an agent or an offer, as the history tells it |
//! | flow | a call flow: nodes and outcomes in YAML |
//! | history | every fact in order, never altered: figures, reports and the state after a crash are made of it |
//! | journal | what one call was told and where that led, with times and without anything that belongs to people; `replay` holds the call once more |
//! | lease | how long the calls of an adapter that was lost are kept; no time passes in them |
//! | leg | one party of a call on one adapter |
//! | mock | what stands in for a service or a store in a case |
//! | node | one step of a flow: one verb and its outcomes |
//! | offer | one try to give a contact to an agent |
//! | outcome | a named way out of a node |
//! | place | where a contact stands in line; kept for a while for who was cut off |
//! | position | the name of an entry of the history: its epoch and its number in it |
//! | program | a compiled flow with its FAQ indexes; a call is pinned to the one it began with |
//! | prompt | a named text with its recordings per language |
//! | reading | how a value is said aloud in a language: a list of clips |
//! | parting | the message that ends a call for its far side, noted down for the process after this one |
//! | piece | one thing that reports count, once it is over: a stay in line, an offer, a talk, a state of an agent |
//! | record | the call record (CDR): one JSON object per call |
//! | reaping | closing at a start what a process that died has left open |
//! | session | one call in time |
//! | standing | what the history leaves: who waits, who talks, what is still to be done; a fold over its entries |
//! | stay | one contact in one line, from its enqueueing to the answer or the way out |
//! | ticket | what a caller left for a person to do, with its number, its owner and its due time |
//! | trunk | the far side that calls of the public network come from and go to: a carrier, a gateway, another exchange |
//! | type-ahead | keys pressed before they were asked for |
//! | wrap-up | an agent's time after a call |

pub mod assemble;
pub mod backend;
pub mod bug;
pub mod calendar;
pub mod call;
pub mod cli;
pub mod config;
pub mod control;
pub mod engine;
pub mod faq;
pub mod flow;
pub mod history;
pub mod interpreter;
pub mod media;
pub mod project;
pub mod queue;
pub mod reading;
pub mod report;
pub mod runtime;
pub mod server;
pub mod session;
pub mod simulation;
pub mod sip;
pub mod speech;
pub mod storage;
pub mod telephony;
pub mod text;
pub mod time;
