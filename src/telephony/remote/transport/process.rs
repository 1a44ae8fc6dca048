//! A program that this node runs, and runs again when it ends.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::AsyncRead;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

use super::lines::Lines;
use super::pump::{End, pump};
use super::{Heard, Inside, Order};
use crate::time::Duration;

/// How long it is waited before a program that fell is started again: at first …
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// … and at most; twice as long each time.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A program that ran for so long has not failed at once: the pauses begin anew.
const STEADY: Duration = Duration::from_secs(60);
/// How long a program may take to end once its input has.
const FAREWELL: Duration = Duration::from_millis(400);
/// The most bytes of a line of its standard error that are logged.
const MAX_LOGGED: usize = 1_024;

/// Runs the program as long as the node wants it.
pub(super) async fn run(name: String, command: Vec<String>, folder: PathBuf, mut inside: Inside) {
    let mut pause = FIRST_PAUSE;
    for number in 1.. {
        let begun = Instant::now();
        let why = match start(&command, &folder) {
            Ok(child) => match live(number, &name, child, &mut inside).await {
                End::Over => return,
                End::Closed(why) => why,
            },
            Err(error) => format!("it cannot be started: {error}"),
        };
        if begun.elapsed() >= STEADY.to_std() {
            pause = FIRST_PAUSE;
        }
        tracing::warn!(adapter = name, why, again_in = %pause, "The adapter's program has ended.");
        if inside.heard.send(Heard::Closed(number, why)).await.is_err() {
            return;
        }
        if !wait(pause, &mut inside).await {
            return;
        }
        pause = pause.times(2).min(LONGEST_PAUSE);
    }
}

/// Waits; orders meanwhile are for nobody. `false` when the node is done with us.
async fn wait(pause: Duration, inside: &mut Inside) -> bool {
    let pause = sleep(pause.to_std());
    tokio::pin!(pause);
    loop {
        tokio::select! {
            () = &mut pause => return true,
            order = inside.orders.recv() => match order {
                None => return false,
                Some(Order::Line(..) | Order::Sound(..) | Order::Close(_)) => {}
            },
        }
    }
}

fn start(command: &[String], folder: &Path) -> std::io::Result<Child> {
    let (program, arguments) = command.split_first().ok_or(std::io::ErrorKind::InvalidInput)?;
    let program = if program.contains('/') { folder.join(program) } else { PathBuf::from(program) };
    let mut command = Command::new(program);
    command.args(arguments).kill_on_drop(true);
    if !folder.as_os_str().is_empty() {
        command.current_dir(folder);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn()
}

/// One life of the program.
async fn live(number: u64, name: &str, mut child: Child, inside: &mut Inside) -> End {
    let (Some(stdin), Some(stdout), Some(stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return End::Closed("it has no standard streams".to_owned());
    };
    let process = child.id().unwrap_or(0);
    tracing::info!(adapter = name, process, "The adapter's program runs.");
    let log = tokio::spawn(log(inside.heard.clone(), stderr));
    let end = pump(number, stdout, stdin, inside).await;
    let status = match timeout(FAREWELL.to_std(), child.wait()).await {
        Ok(status) => status,
        Err(_) => {
            if let Err(error) = child.kill().await {
                tracing::warn!(adapter = name, %error, "The program cannot be ended.");
            }
            child.wait().await
        }
    };
    log.abort();
    match (end, status) {
        (End::Closed(why), Ok(status)) => End::Closed(format!("{why} ({status})")),
        (end, _) => end,
    }
}

/// What the program writes to its standard error is passed on.
async fn log(heard: mpsc::Sender<Heard>, stderr: impl AsyncRead + Unpin) {
    let mut lines = Lines::new(stderr);
    while let Ok(Some(line)) = lines.next().await {
        let said = String::from_utf8_lossy(line.get(..MAX_LOGGED).unwrap_or(&line)).into_owned();
        if heard.send(Heard::Said(said)).await.is_err() {
            return;
        }
    }
}
