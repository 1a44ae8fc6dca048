//! The records of names as the DNS servers of the system say them, kept for as long as they hold; addresses as the
//! system itself finds them, so that its files and whatever else it asks count too.
//!
//! Two kinds of records alone are asked for here, over UDP and, where an answer is too long for that, TCP.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::names::{Answer, Names, Naptr, Records, Srv};
use super::wire::{self, Kind, Record, Reply};
use crate::runtime::Clock;
use crate::time::{Duration, Instant};

/// Where the system says which servers it asks.
const SERVERS_FILE: &str = "/etc/resolv.conf";
/// The port of DNS.
const PORT: u16 = 53;
/// The most servers that are asked.
const MAX_SERVERS: usize = 3;
/// How long one server is waited for.
const TRY: Duration = Duration::from_millis(800);
/// How often all of them are asked.
const ROUNDS: usize = 2;
/// How long a question may take in all.
const LIMIT: Duration = Duration::from_secs(2);
/// The most answers that are kept.
const MAX_KEPT: usize = 512;
/// The longest that an answer is kept.
const LONGEST: Duration = Duration::from_mins(60);
/// How long it is believed that there is nothing.
const NOTHING: Duration = Duration::from_secs(60);
/// How long addresses hold, about which the system says nothing.
const ADDRESSES: Duration = Duration::from_mins(5);
/// The most addresses of one host that are looked at.
const MAX_ADDRESSES: usize = 32;
/// The longest answer over UDP without extensions (RFC 1035 §4.2.1), and then some.
const MAX_DATAGRAM: usize = 4_096;

/// What was asked: a name in lower case, and what of it.
type Asked = (String, Kind);

/// The names that the system knows.
#[derive(Debug)]
pub(in crate::telephony::sip) struct SystemNames {
    clock: Clock,
    servers: Vec<SocketAddr>,
    kept: Mutex<BTreeMap<Asked, (Instant, Vec<Record>)>>,
}

impl SystemNames {
    /// Reads which servers the system asks. Without any, names have addresses alone.
    pub(in crate::telephony::sip) fn new(clock: Clock) -> Self {
        let text = fs::read_to_string(SERVERS_FILE).unwrap_or_default();
        Self::asking(clock, servers(&text))
    }

    fn asking(clock: Clock, servers: Vec<SocketAddr>) -> Self {
        Self { clock, servers, kept: Mutex::default() }
    }

    /// The records of a name: those that are kept, else what the servers say.
    async fn ask(&self, name: &str, kind: Kind) -> (Vec<Record>, Duration) {
        // What stands alone is a host of this network: it offers no services by name.
        if !name.contains('.') || self.servers.is_empty() {
            return (Vec::new(), LONGEST);
        }
        let asked = (name.to_ascii_lowercase(), kind);
        if let Some(known) = self.known(&asked) {
            return known;
        }
        let told = timeout(LIMIT.to_std(), self.ask_servers(name, kind)).await;
        let Ok(Some((records, lasts))) = told else { return (Vec::new(), NOTHING) };
        let lasts = lasts.unwrap_or(NOTHING).min(LONGEST);
        self.keep(asked, records.clone(), lasts);
        (records, lasts)
    }

    async fn ask_servers(&self, name: &str, kind: Kind) -> Option<(Vec<Record>, Option<Duration>)> {
        for _ in 0..ROUNDS {
            for server in &self.servers {
                let mut reply = ask_once(*server, name, kind, false).await;
                if matches!(reply, Ok(Reply::CutShort)) {
                    reply = ask_once(*server, name, kind, true).await;
                }
                match reply {
                    Ok(Reply::Records(records, lasts)) => return Some((records, lasts)),
                    Ok(Reply::CutShort) => {}
                    Err(error) => tracing::debug!(%server, %error, "A DNS server is of no help."),
                }
            }
        }
        None
    }

    fn known(&self, asked: &Asked) -> Option<(Vec<Record>, Duration)> {
        let now = self.clock.now();
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, records) = kept.get(asked).filter(|(until, _)| *until > now)?;
        Some((records.clone(), until.since(now)))
    }

    fn keep(&self, asked: Asked, records: Vec<Record>, lasts: Duration) {
        let now = self.clock.now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.retain(|_, (until, _)| *until > now);
        }
        if kept.len() >= MAX_KEPT {
            kept.pop_first();
        }
        kept.insert(asked, (now + lasts, records));
    }
}

impl Names for SystemNames {
    fn naptr<'a>(&'a self, name: &'a str) -> Answer<'a, Naptr> {
        Box::pin(async move {
            let (records, lasts) = self.ask(name, Kind::Naptr).await;
            let services = records.into_iter().filter_map(|record| match record {
                Record::Naptr(service) => Some(service),
                Record::Srv(_) => None,
            });
            Records { found: services.collect(), lasts }
        })
    }

    fn srv<'a>(&'a self, service: &'a str) -> Answer<'a, Srv> {
        Box::pin(async move {
            let (records, lasts) = self.ask(service, Kind::Srv).await;
            let servers = records.into_iter().filter_map(|record| match record {
                Record::Srv(server) => Some(server),
                Record::Naptr(_) => None,
            });
            Records { found: servers.collect(), lasts }
        })
    }

    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, IpAddr> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await;
            let found = found.map(|all| all.map(|at| at.ip()).take(MAX_ADDRESSES).collect());
            Records { found: found.unwrap_or_default(), lasts: ADDRESSES }
        })
    }

    fn draw(&self, below: u64) -> u64 {
        // Without chance the first is taken: the order is a matter of load alone.
        chance().map_or(0, |bytes| u64::from_ne_bytes(bytes) % below.max(1))
    }
}

/// The servers in a file of the system.
fn servers(text: &str) -> Vec<SocketAddr> {
    let address = |line: &str| {
        let address = line.trim().strip_prefix("nameserver")?.trim().parse::<IpAddr>().ok()?;
        Some(SocketAddr::new(address, PORT))
    };
    text.lines().filter_map(address).take(MAX_SERVERS).collect()
}

/// Bytes that nobody can foresee.
fn chance() -> Option<[u8; 8]> {
    let mut bytes = [0; 8];
    let flags = rustix::rand::GetRandomFlags::empty();
    let filled = rustix::rand::getrandom(bytes.as_mut_slice(), flags).ok()?;
    (filled == bytes.len()).then_some(bytes)
}

/// Asks one server once.
async fn ask_once(server: SocketAddr, name: &str, kind: Kind, whole: bool) -> io::Result<Reply> {
    let bad = |what: &'static str| io::Error::other(what);
    let [high, low, ..] = chance().ok_or_else(|| bad("no random bytes for a question"))?;
    let id = u16::from_be_bytes([high, low]);
    let question = wire::question(id, name, kind).ok_or_else(|| bad("no name to ask about"))?;
    let exchange = async {
        if whole {
            let answer = over_stream(server, &question).await?;
            return wire::read(&answer, id, name, kind).ok_or_else(|| bad("no answer to this"));
        }
        let any: IpAddr = match server {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        // A port of its own for every question, and nobody else is heard there.
        let socket = UdpSocket::bind(SocketAddr::new(any, 0)).await?;
        socket.connect(server).await?;
        socket.send(&question).await?;
        let mut buffer = vec![0; MAX_DATAGRAM];
        loop {
            let length = socket.recv(&mut buffer).await?;
            let answer = buffer.get(..length).unwrap_or_default();
            if let Some(reply) = wire::read(answer, id, name, kind) {
                return Ok(reply);
            }
            if answer.starts_with(&id.to_be_bytes()) {
                return Err(bad("a refusal"));
            }
        }
    };
    timeout(TRY.to_std(), exchange).await.unwrap_or_else(|_| Err(bad("no answer in time")))
}

async fn over_stream(server: SocketAddr, question: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), question].concat()).await?;
    let length = stream.read_u16().await?;
    let mut answer = vec![0; length.into()];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telephony::sip::locate::wire::tests::{reply, server};

    #[test]
    fn the_servers_of_the_system_are_read() {
        let text = "# a\nsearch lan\nnameserver 192.0.2.53\n nameserver\t2001:db8::53\nnameserver x\n\
                    nameserver 192.0.2.54\nnameserver 192.0.2.55\n";
        let found: Vec<_> = servers(text).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["192.0.2.53:53", "[2001:db8::53]:53", "192.0.2.54:53"]);
    }

    /// A server that gives this answer to each question; how many came is told at the end.
    async fn dns(
        answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static,
        questions: usize,
    ) -> (SocketAddr, tokio::task::JoinHandle<()>) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let at = socket.local_addr().expect("is bound");
        let task = tokio::spawn(async move {
            let mut buffer = [0; 512];
            for _ in 0..questions {
                let (length, from) = socket.recv_from(&mut buffer).await.expect("a question");
                let answer = answer(&buffer[..length]);
                socket.send_to(&answer, from).await.expect("loopback takes it");
            }
        });
        (at, task)
    }

    #[tokio::test]
    async fn answers_are_kept_as_long_as_they_hold() {
        let answer = |question: &[u8]| reply(question, 0, &[(33, 300, server(5062))]);
        let (at, task) = dns(answer, 1).await;
        let names = SystemNames::asking(Clock::new(), vec![at]);
        for name in ["_sip._udp.telko.example", "_SIP._udp.telko.example"] {
            let records = names.srv(name).await;
            assert_eq!(records.found.iter().map(|one| one.port).collect::<Vec<_>>(), [5062]);
            assert!(records.lasts > Duration::from_secs(290), "{:?}", records.lasts);
        }
        task.await.expect("one question was enough");
        assert_eq!(names.srv("lonehost").await.found, []);
    }

    #[tokio::test]
    async fn the_next_server_is_asked_and_a_long_answer_fetched_over_a_stream() {
        let (bad, _task) = dns(|question| reply(question, 5, &[]), 9).await;
        let (short, _other) = dns(|question| reply(question, 0x0200, &[]), 9).await;
        let listener = tokio::net::TcpListener::bind(short).await.expect("the same port by TCP");
        let whole = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("it connects");
            let length = stream.read_u16().await.expect("a length");
            let mut question = vec![0; length.into()];
            stream.read_exact(&mut question).await.expect("a question");
            let records: Vec<_> = (0..40).map(|n| (33, 60, server(5_000 + n))).collect();
            let answer = reply(&question, 0, &records);
            let length = u16::try_from(answer.len()).expect("it fits");
            stream.write_u16(length).await.expect("it reads");
            stream.write_all(&answer).await.expect("it reads");
        });
        let names = SystemNames::asking(Clock::new(), vec![bad, short]);
        assert_eq!(names.srv("_sip._tcp.telko.example").await.found.len(), 40);
        whole.await.expect("it was asked");
    }
}
