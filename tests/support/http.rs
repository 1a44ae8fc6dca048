//! A small HTTP/1.1 server that says what its test tells it to, however rude.
//!
//! It runs in a thread of its own on a loopback port found free, keeps what it was asked, and ends with its value.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// The most bytes of a request.
const MAX_REQUEST: usize = 1 << 22;

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Answers with a status and a body.
    Says(u16, String),
    /// Sends the client elsewhere.
    Redirects(u16, String),
    /// Writes these bytes, whatever they are, and closes.
    Writes(Vec<u8>),
    /// Answers after a while.
    Late(Duration, Box<Self>),
    /// Never answers.
    Hangs,
    /// Closes without a word.
    Closes,
    /// Answers a byte at a time, with a pause between two.
    Drips(Duration, String),
    /// Answers with so many bytes of JSON, without saying how many.
    Floods(usize),
}

impl Answer {
    /// Status 200 with a body.
    pub(crate) fn ok(body: &str) -> Self {
        Self::Says(200, body.to_owned())
    }
}

/// A request as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// By lower-case name.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// The running server.
#[derive(Debug)]
pub(crate) struct HttpServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

type Script = Arc<dyn Fn(usize, &Asked) -> Answer + Send + Sync>;

impl HttpServer {
    /// Starts a server; `script` is told the number of the request, from 0, and the request.
    pub(crate) fn start(script: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener without waiting");
        let address = listener.local_addr().expect("a bound socket");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (stop, stopped) = oneshot::channel::<()>();
        let kept = Arc::clone(&asked);
        let thread = std::thread::spawn(move || {
            let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let tokio = tokio.expect("a runtime");
            tokio.spawn(serve(listener, kept, Arc::new(script)));
            // Its end is the sender's; what it says does not matter.
            drop(tokio.block_on(stopped));
        });
        Self { address, asked, stop: Some(stop), thread: Some(thread) }
    }

    /// The same answer to everything.
    pub(crate) fn always(answer: Answer) -> Self {
        Self::start(move |_, _| answer.clone())
    }

    /// Where it is, as a URL without a path.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("the server lives").clone()
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the server broke");
        }
    }
}

async fn serve(listener: std::net::TcpListener, asked: Arc<Mutex<Vec<Asked>>>, script: Script) {
    let listener = TcpListener::from_std(listener).expect("a listener");
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, Arc::clone(&asked), Arc::clone(&script)));
    }
}

/// Serves one connection until either side has enough.
async fn converse(mut stream: TcpStream, asked: Arc<Mutex<Vec<Asked>>>, script: Script) {
    let mut received = Vec::new();
    while let Some(request) = read(&mut stream, &mut received).await {
        let number = {
            let mut asked = asked.lock().expect("the test lives");
            asked.push(request.clone());
            asked.len() - 1
        };
        if !answer(&mut stream, script(number, &request)).await {
            return;
        }
    }
}

/// Reads one request; `None` at the end of the connection.
async fn read(stream: &mut TcpStream, received: &mut Vec<u8>) -> Option<Asked> {
    let head = loop {
        if let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            break String::from_utf8(received.drain(..end + 4).collect()).expect("a head of text");
        }
        more(stream, received).await?;
    };
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let mut asked = Asked {
        method: first.next()?.to_owned(),
        target: first.next()?.to_owned(),
        ..Asked::default()
    };
    for line in lines.filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').expect("a header");
        asked.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length =
        asked.headers.get("content-length").map_or(0, |text| text.parse().expect("a length"));
    while received.len() < length {
        more(stream, received).await?;
    }
    asked.body = String::from_utf8(received.drain(..length).collect()).expect("a body of text");
    Some(asked)
}

async fn more(stream: &mut TcpStream, received: &mut Vec<u8>) -> Option<()> {
    assert!(received.len() < MAX_REQUEST, "an endless request");
    let count = stream.read_buf(received).await.ok()?;
    (count > 0).then_some(())
}

/// Answers; false when the connection is over.
async fn answer(stream: &mut TcpStream, answer: Answer) -> bool {
    let (wait, answer) = match answer {
        Answer::Late(wait, answer) => (wait, *answer),
        answer => (Duration::ZERO, answer),
    };
    tokio::time::sleep(wait).await;
    let head = |status: u16, more: &str| format!("HTTP/1.1 {status} Whatever\r\n{more}\r\n");
    match answer {
        Answer::Says(status, body) => {
            let head = head(status, &format!("Content-Length: {}\r\n", body.len()));
            write(stream, head + &body).await
        }
        Answer::Redirects(status, to) => {
            write(stream, head(status, &format!("Location: {to}\r\nContent-Length: 0\r\n"))).await
        }
        Answer::Writes(bytes) => {
            write(stream, bytes).await;
            false
        }
        // One wait is enough: a second one inside it is no answer.
        Answer::Late(..) => false,
        Answer::Hangs => std::future::pending().await,
        Answer::Closes => false,
        Answer::Drips(pause, body) => {
            let head = head(200, &format!("Content-Length: {}\r\n", body.len()));
            let mut going = write(stream, head).await;
            for byte in body.bytes() {
                tokio::time::sleep(pause).await;
                going = going && write(stream, [byte]).await;
            }
            going
        }
        Answer::Floods(size) => {
            let mut going = write(stream, head(200, "Connection: close\r\n") + "\"").await;
            for _ in 0..size.div_ceil(1 << 16) {
                going = going && write(stream, vec![b'a'; 1 << 16]).await;
            }
            write(stream, "\"").await;
            false
        }
    }
}

async fn write(stream: &mut TcpStream, bytes: impl AsRef<[u8]>) -> bool {
    stream.write_all(bytes.as_ref()).await.is_ok()
}
