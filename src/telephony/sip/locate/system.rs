//! The records of names as the DNS servers of the system say them, kept for as long as they hold; addresses as the
//! system itself finds them, so that its files and whatever else it asks count too.

use std::fmt;
use std::net::IpAddr;

use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};
use hickory_resolver::{ResolverBuilder, TokioResolver};

use super::names::{Answer, LONGEST, Names, Naptr, Records, Srv};
use crate::time::Duration;

/// How long one server is waited for.
const TRY: Duration = Duration::from_millis(800);
/// How often all of them are asked.
const ROUNDS: usize = 2;
/// The most answers that are kept.
const MAX_KEPT: u64 = 512;
/// The most records of one answer that are looked at.
const MAX_RECORDS: usize = 64;
/// How long it is believed that there is nothing.
const NOTHING: Duration = Duration::from_secs(60);
/// How long addresses hold, about which the system says nothing.
const ADDRESSES: Duration = Duration::from_mins(5);
/// The most addresses of one host that are looked at.
const MAX_ADDRESSES: usize = 32;

/// The names that the system knows.
pub(in crate::telephony::sip) struct SystemNames {
    /// `None` = the system asks no servers: names have addresses alone.
    resolver: Option<TokioResolver>,
}

impl fmt::Debug for SystemNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemNames").field("asks", &self.resolver.is_some()).finish()
    }
}

impl SystemNames {
    /// Reads which servers the system asks.
    pub(in crate::telephony::sip) fn new() -> Self {
        let resolver = TokioResolver::builder_tokio().map(Self::asking);
        let resolver = resolver.inspect_err(|error| {
            tracing::info!(%error, "No DNS servers: names have no services, only addresses.");
        });
        resolver.unwrap_or(Self { resolver: None })
    }

    fn asking(mut builder: ResolverBuilder<TokioRuntimeProvider>) -> Self {
        let options = builder.options_mut();
        options.timeout = TRY.to_std();
        options.attempts = ROUNDS;
        options.cache_size = MAX_KEPT;
        options.positive_max_ttl = Some(LONGEST.to_std());
        options.negative_max_ttl = Some(NOTHING.to_std());
        let resolver = builder.build();
        let resolver = resolver.inspect_err(|error| {
            tracing::warn!(%error, "DNS servers cannot be asked: names have no services, only addresses.");
        });
        Self { resolver: resolver.ok() }
    }

    /// The records of a name of one kind.
    async fn ask<T>(
        &self,
        name: &str,
        kind: RecordType,
        read: impl Fn(&RData) -> Option<T>,
    ) -> Records<T> {
        // What stands alone is a host of this network: it offers no services by name.
        let Some(resolver) = self.resolver.as_ref().filter(|_| name.contains('.')) else {
            return Records { found: Vec::new(), lasts: LONGEST };
        };
        // With the last dot it is the whole name: no domain of the system is tried after it.
        let whole = format!("{}.", name.trim_end_matches('.'));
        match resolver.lookup(whole, kind).await {
            Ok(answer) => {
                let records = answer.answers().iter().take(MAX_RECORDS);
                let lasts = records.clone().map(|record| record.ttl).min().unwrap_or(0);
                let lasts = Duration::from_secs(lasts.into()).min(LONGEST);
                Records { found: records.filter_map(|record| read(&record.data)).collect(), lasts }
            }
            Err(error) => {
                if !error.is_no_records_found() {
                    tracing::debug!(%error, "No DNS server is of help.");
                }
                Records { found: Vec::new(), lasts: NOTHING }
            }
        }
    }
}

/// A name as text, without its last dot.
fn text(name: &impl ToString) -> String {
    name.to_string().trim_end_matches('.').to_owned()
}

fn service(data: &RData) -> Option<Naptr> {
    let RData::NAPTR(naptr) = data else { return None };
    let text_of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(Naptr {
        order: naptr.order,
        preference: naptr.preference,
        flags: text_of(&naptr.flags),
        service: text_of(&naptr.services),
        replacement: text(&naptr.replacement),
    })
}

fn server(data: &RData) -> Option<Srv> {
    let RData::SRV(srv) = data else { return None };
    let target = text(&srv.target);
    Some(Srv { priority: srv.priority, weight: srv.weight, port: srv.port, target })
}

impl Names for SystemNames {
    fn naptr<'a>(&'a self, name: &'a str) -> Answer<'a, Naptr> {
        Box::pin(self.ask(name, RecordType::NAPTR, service))
    }

    fn srv<'a>(&'a self, name: &'a str) -> Answer<'a, Srv> {
        Box::pin(self.ask(name, RecordType::SRV, server))
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

/// Bytes that nobody can foresee.
fn chance() -> Option<[u8; 8]> {
    let mut bytes = [0; 8];
    let flags = rustix::rand::GetRandomFlags::empty();
    let filled = rustix::rand::getrandom(bytes.as_mut_slice(), flags).ok()?;
    (filled == bytes.len()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
    use hickory_resolver::proto::op::{Message, ResponseCode};
    use hickory_resolver::proto::rr::{Name, Record, rdata};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::UdpSocket;

    use super::*;

    /// Names that are asked of one server at a port of its own.
    fn asking(server: SocketAddr) -> SystemNames {
        let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut way| {
            way.port = server.port();
            way
        });
        let server = NameServerConfig::new(server.ip(), true, connections.into());
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        SystemNames::asking(TokioResolver::builder_with_config(
            config,
            TokioRuntimeProvider::default(),
        ))
    }

    /// What a server answers to a question: so many servers, or that there is no such name.
    fn reply(question: &[u8], servers: u16, cut_short: bool) -> Vec<u8> {
        let question = Message::from_vec(question).expect("a question");
        let asked = question.queries.first().expect("one").clone();
        let mut answer = question.clone();
        answer.metadata.message_type = hickory_resolver::proto::op::MessageType::Response;
        answer.metadata.truncation = cut_short;
        if servers == 0 {
            answer.metadata.response_code = ResponseCode::NXDomain;
        }
        for n in 0..if cut_short { 0 } else { servers } {
            let target = Name::from_ascii("a.telko.example.").expect("a name");
            let srv = rdata::SRV::new(1, 2, 5_062 + n, target);
            answer.add_answer(Record::from_rdata(asked.name().clone(), 300, RData::SRV(srv)));
        }
        answer.to_vec().expect("it is written")
    }

    /// A server over UDP; how many questions came is told by its task.
    async fn dns(
        servers: u16,
        cut_short: bool,
        questions: usize,
    ) -> (SocketAddr, tokio::task::JoinHandle<()>) {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let at = socket.local_addr().expect("is bound");
        let task = tokio::spawn(async move {
            let mut buffer = [0; 512];
            for _ in 0..questions {
                let (length, from) = socket.recv_from(&mut buffer).await.expect("a question");
                let answer = reply(&buffer[..length], servers, cut_short);
                socket.send_to(&answer, from).await.expect("loopback takes it");
            }
        });
        (at, task)
    }

    #[tokio::test]
    async fn answers_are_kept_as_long_as_they_hold() {
        let (at, task) = dns(1, false, 1).await;
        let names = asking(at);
        for name in ["_sip._udp.telko.example", "_SIP._udp.telko.example."] {
            let records = names.srv(name).await;
            let server =
                Srv { priority: 1, weight: 2, port: 5_062, target: "a.telko.example".into() };
            assert_eq!(records.found, [server]);
            assert!(records.lasts > Duration::from_secs(290), "{:?}", records.lasts);
        }
        task.await.expect("one question was enough");
        assert_eq!(names.srv("lonehost").await.found, []);
    }

    #[tokio::test]
    async fn a_name_that_is_not_there_has_no_services_for_a_while() {
        let (at, _task) = dns(0, false, 9).await;
        let records = asking(at).naptr("telko.example").await;
        assert_eq!((records.found.len(), records.lasts), (0, NOTHING));
    }

    #[tokio::test]
    async fn a_long_answer_is_fetched_over_a_stream() {
        let (short, _task) = dns(40, true, 9).await;
        let listener = tokio::net::TcpListener::bind(short).await.expect("the same port by TCP");
        let whole = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("it connects");
            let length = stream.read_u16().await.expect("a length");
            let mut question = vec![0; length.into()];
            stream.read_exact(&mut question).await.expect("a question");
            let answer = reply(&question, 40, false);
            let length = u16::try_from(answer.len()).expect("it fits");
            stream.write_u16(length).await.expect("it reads");
            stream.write_all(&answer).await.expect("it reads");
        });
        assert_eq!(asking(short).srv("_sip._tcp.telko.example").await.found.len(), 40);
        whole.await.expect("it was asked");
    }
}
