//! The command line: one file per subcommand.
//!
//! Arguments come in, an exit code goes out. A subcommand reads its files, runs the machine it is about, and prints;
//! what it prints on standard output is its result, everything else goes to standard error.

mod adapter;
mod agent;
mod bench;
mod call;
mod check;
mod connect;
mod data;
mod desk;
mod diff;
mod doctor;
mod dtmf;
mod eval;
mod exit;
mod explain;
mod explain_call;
mod explore;
mod fmt;
mod graph;
mod journals;
mod log;
mod new;
mod paper;
mod print;
mod prompts;
mod queue;
mod replay;
mod report;
mod schema;
mod serve;
mod suite;
mod test;
mod ticket;

pub use dtmf::{channels_of_wav, keys_of_file};

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// An interactive voice response (IVR) engine: SIP calls, YAML call flows, a human queue.
#[derive(Debug, Parser)]
#[command(name = "sambung", version, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(alias = "adapters")]
    Adapter(adapter::AdapterArgs),
    Agent(agent::AgentArgs),
    Call(call::CallArgs),
    Serve(serve::ServeArgs),
    Check(check::CheckArgs),
    Connect(connect::ConnectArgs),
    Data(data::DataArgs),
    Diff(diff::DiffArgs),
    Dtmf(dtmf::DtmfArgs),
    Doctor(doctor::DoctorArgs),
    Eval(eval::EvalArgs),
    Explain(explain::ExplainArgs),
    ExplainCall(explain_call::ExplainCallArgs),
    Explore(explore::ExploreArgs),
    New(new::NewArgs),
    Fmt(fmt::FmtArgs),
    Graph(graph::GraphArgs),
    Prompts(prompts::PromptsArgs),
    Queue(queue::QueueArgs),
    Replay(replay::ReplayArgs),
    Report(report::ReportArgs),
    Schema(schema::SchemaArgs),
    Test(test::TestArgs),
    Ticket(ticket::TicketArgs),
    Bench(bench::BenchArgs),
}

/// Reads the arguments of the process, does what they say, and gives its exit code.
#[must_use]
pub fn run() -> ExitCode {
    match Arguments::parse().command {
        Command::Adapter(args) => adapter::run(&args),
        Command::Agent(args) => agent::run(&args),
        Command::Call(args) => call::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Connect(args) => connect::run(&args),
        Command::Data(args) => data::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Dtmf(args) => dtmf::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::ExplainCall(args) => explain_call::run(&args),
        Command::Explore(args) => explore::run(&args),
        Command::New(args) => new::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Graph(args) => graph::run(&args),
        Command::Prompts(args) => prompts::run(&args),
        Command::Queue(args) => queue::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Ticket(args) => ticket::run(&args),
        Command::Bench(args) => bench::run(&args),
    }
}
