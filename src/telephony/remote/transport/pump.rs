//! One connection of lines: what is read is passed on, what is ordered is written by a task of its own, so that a far
//! side that does not read keeps nobody from hearing it.

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;

use super::lines::Lines;
use super::{Heard, Inside, ORDERS, Order};

/// How a connection came to its end.
#[derive(Debug)]
pub(super) enum End {
    /// It is gone: why.
    Closed(String),
    /// The node is done with us.
    Over,
}

/// Carries lines until the connection ends.
pub(super) async fn pump(
    number: u64,
    reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite + Unpin + Send + 'static,
    inside: &mut Inside,
) -> End {
    if inside.heard.send(Heard::Opened(number)).await.is_err() {
        return End::Over;
    }
    let (lines_in, lines_out) = mpsc::channel(ORDERS);
    let writing = tokio::spawn(write(writer, lines_out));
    let end = carry(number, Lines::new(reader), &lines_in, inside).await;
    // What was said last, such as why the connection is closed, is still written.
    drop(lines_in);
    let last = tokio::time::timeout(std::time::Duration::from_millis(200), writing).await;
    tracing::trace!(written = last.is_ok(), "The connection is closed.");
    end
}

async fn carry(
    number: u64,
    mut lines: Lines<impl AsyncRead + Unpin>,
    writer: &mpsc::Sender<String>,
    inside: &mut Inside,
) -> End {
    loop {
        tokio::select! {
            line = lines.next() => match line {
                Ok(Some(line)) => {
                    // Orders are not kept waiting while the node is busy with what was heard.
                    if let Some(end) = pass_on(line, number, writer, inside).await {
                        return end;
                    }
                }
                Ok(None) => return End::Closed("it ended".to_owned()),
                Err(error) => return End::Closed(error.to_string()),
            },
            order = inside.orders.recv() => {
                if let Some(end) = obey(order, number, writer) {
                    return end;
                }
            }
        }
    }
}

/// Passes a line on; meanwhile lines are still sent. Says how the connection ends, if it does.
async fn pass_on(
    line: Vec<u8>,
    number: u64,
    writer: &mpsc::Sender<String>,
    inside: &mut Inside,
) -> Option<End> {
    let Inside { heard, orders } = inside;
    loop {
        tokio::select! {
            biased;
            permit = heard.reserve() => {
                let Ok(permit) = permit else { return Some(End::Over) };
                permit.send(Heard::Line(number, line));
                return None;
            }
            order = orders.recv() => {
                if let Some(end) = obey(order, number, writer) {
                    return Some(end);
                }
            }
        }
    }
}

/// Carries an order out; says how the connection ends by it, if it does.
fn obey(order: Option<Order>, number: u64, writer: &mpsc::Sender<String>) -> Option<End> {
    match order {
        None => Some(End::Over),
        Some(Order::Line(to, line)) if to == number => {
            let stalled = writer.try_send(line).is_err();
            stalled.then(|| End::Closed("it does not read".to_owned()))
        }
        Some(Order::Close(which)) if which == number => {
            Some(End::Closed("by this side".to_owned()))
        }
        Some(Order::Line(..) | Order::Close(_)) => None,
    }
}

async fn write(mut writer: impl AsyncWrite + Unpin, mut lines: mpsc::Receiver<String>) {
    while let Some(mut line) = lines.recv().await {
        line.push('\n');
        if writer.write_all(line.as_bytes()).await.is_err() {
            return;
        }
        if lines.is_empty() && writer.flush().await.is_err() {
            return;
        }
    }
    if writer.shutdown().await.is_err() {
        tracing::trace!("The far side was gone before.");
    }
}
