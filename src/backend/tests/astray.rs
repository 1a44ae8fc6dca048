//! Requests that are led astray: by the base, by a name, by a redirect. None of them may arrive.

use super::*;

/// Names that lead where they should not.
const NAMES: &[(&str, &str)] = &[
    ("loop.example", "127.0.0.1"),
    ("loop6.example", "::1"),
    ("mapped.example", "::ffff:127.0.0.1"),
    ("nat.example", "64:ff9b::7f00:1"),
    ("sixtofour.example", "2002:7f00:1::"),
    ("teredo.example", "2001::7f00:1"),
    ("compatible.example", "::7f00:1"),
    ("metadata.example", "169.254.169.254"),
    ("metadata6.example", "fd00:ec2::254"),
    ("inside.example", "10.1.2.3"),
    ("inside6.example", "fc00::7"),
    ("home.example", "192.168.1.1"),
    ("carrier.example", "100.64.1.1"),
    ("nowhere.example", "0.0.0.0"),
    ("any6.example", "::"),
    ("all.example", "255.255.255.255"),
    ("many.example", "224.0.0.251"),
    ("wire6.example", "fe80::1"),
    ("localhost", "127.0.0.1"),
    ("localhost.", "127.0.0.1"),
    ("localhost.localdomain", "127.0.0.1"),
    ("ip6-localhost", "::1"),
    ("127.0.0.1.nip.example", "127.0.0.1"),
    ("xn--localhst-c7a.example", "127.0.0.1"),
];

/// Addresses in disguise; each is `127.0.0.1`, `169.254.169.254` or the like once it is read.
const DISGUISES: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.01",
    "127.0.0.1.",
    "127.000.000.001",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "0",
    "0.0.0.0",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0xA9.0xFE.0xA9.0xFE",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[fe80::a9fe:a9fe]",
    "[fd00:ec2::254]",
    "10.0.0.1",
    "0xa.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.100.100.200",
    "198.18.0.1",
    "255.255.255.255",
];

/// A service whose base is somewhere harmless and that may only be reached at public addresses, with a timeout that
/// makes a connection to nowhere a failure of another kind.
fn public(base: &str) -> ServiceSettings {
    ServiceSettings { addresses: AddressRules::default(), ..service(base) }
}

#[tokio::test]
async fn a_base_in_disguise_is_refused_at_start_or_when_it_is_asked() {
    let server = HttpServer::always(Answer::ok("true"));
    let names = NAMES.iter().map(|(name, _)| *name);
    for host in DISGUISES.iter().copied().chain(names) {
        let base = format!("http://{host}:{}", server.port());
        let directory: Arc<dyn Directory> = Arc::new(Book(
            NAMES.iter().map(|(name, to)| (*name, vec![to.parse().expect("an address")])).collect(),
        ));
        let services = BTreeMap::from([("shop".into(), public(&base))]);
        let (backend, errors) = Backend::with_directory(services, 7, &directory);
        let reply = backend.carry_out(find(1)).await;
        let expected = if errors.is_empty() { Failure::Refused } else { Failure::Unavailable };
        assert_eq!(reply, Reply::Failed(expected), "{base}: {errors:?}");
        if DISGUISES.contains(&host) {
            assert_eq!(errors.len(), 1, "{base} is read as an address");
        }
    }
    assert_eq!(server.asked(), [], "nothing arrived");
}

#[tokio::test]
async fn a_redirect_in_disguise_is_not_followed() {
    let victim = HttpServer::always(Answer::ok("true"));
    let port = victim.port();
    // The service itself may be reached at 127.0.0.1 alone: the victim is on the same address in other words.
    let one = only("127.0.0.2");
    let names = NAMES.iter().map(|(name, _)| *name);
    for host in DISGUISES.iter().copied().chain(names) {
        let to = format!("http://{host}:{port}/latest/meta-data");
        let server = RedirectingServer::start(&to);
        let settings = ServiceSettings { addresses: one.clone(), ..service(&server.base) };
        let backend = backend_with_names(settings, NAMES);
        let read = operation("read", vec![argument("id", json!("1"), Class::Public)], 1);
        let reply = backend.carry_out(read).await;
        // Not read as a URL at all (`error`), or read and refused.
        assert!(
            matches!(reply, Reply::Failed(Failure::Refused | Failure::Error)),
            "{to}: {reply:?}"
        );
        assert_eq!(server.asked.load(std::sync::atomic::Ordering::SeqCst), 1, "{to}");
    }
    assert_eq!(victim.asked(), [], "nothing arrived");
}

/// A server at 127.0.0.2 that sends everybody elsewhere.
struct RedirectingServer {
    base: String,
    asked: Arc<std::sync::atomic::AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl RedirectingServer {
    fn start(to: &str) -> Self {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = std::net::TcpListener::bind("127.0.0.2:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener without waiting");
        let base = format!("http://{}", listener.local_addr().expect("a bound socket"));
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let answer = format!(
            "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4_096];
                if stream.read(&mut request).await.is_ok() {
                    count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    let sent = stream.write_all(answer.as_bytes()).await;
                    assert!(sent.is_ok(), "the client waits for its answer");
                }
            }
        });
        Self { base, asked, task }
    }
}

impl Drop for RedirectingServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test]
async fn redirects_that_carry_something_out_are_not_followed() {
    let victim = HttpServer::always(Answer::ok("true"));
    let port = victim.port();
    for to in [
        format!("ftp://127.0.0.1:{port}/"),
        format!("gopher://127.0.0.1:{port}/_x"),
        "file:///etc/passwd".to_owned(),
        "data:application/json,true".to_owned(),
        "javascript:1".to_owned(),
        format!("http://user:key@127.0.0.1:{port}/"),
        format!("http://shop.example@127.0.0.1:{port}/"),
    ] {
        let server = HttpServer::always(Answer::Redirects(302, to.clone()));
        let reply = backend(service(&server.url())).carry_out(find(1)).await;
        assert_eq!(reply, Reply::Failed(Failure::Error), "{to}");
    }
    assert_eq!(victim.asked(), [], "nothing arrived");
}

#[tokio::test]
async fn of_a_name_with_several_addresses_only_the_allowed_ones_are_tried() {
    let server = HttpServer::always(Answer::ok("true"));
    let base = format!("http://shop.example:{}", server.port());
    let names = [
        ("shop.example", "10.9.9.9"),
        ("shop.example", "169.254.169.254"),
        ("shop.example", "127.0.0.1"),
    ];
    let backend = backend_with_names(service(&base), &names);
    assert_eq!(backend.carry_out(find(1)).await, Reply::Answered(json!(true)));
    assert_eq!(server.asked()[0].headers["host"], format!("shop.example:{}", server.port()));
}

/// A directory that gives a good address the first time and a bad one ever after.
#[derive(Debug)]
struct Turncoat(std::sync::atomic::AtomicUsize);

impl Directory for Turncoat {
    fn look_up(&self, _: &str) -> Found {
        let first = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        let address = if first { [127, 0, 0, 1] } else { [127, 0, 0, 3] };
        Box::pin(async move { Ok(vec![IpAddr::from(address)]) })
    }
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_checked_each_time_it_is_looked_up() {
    // `Writes` closes, so that each request makes a connection of its own.
    let server = HttpServer::always(Answer::Writes(
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n1".to_vec(),
    ));
    let settings = ServiceSettings {
        addresses: only("127.0.0.1"),
        ..service(&format!("http://shop.example:{}", server.port()))
    };
    let directory: Arc<dyn Directory> = Arc::new(Turncoat(std::sync::atomic::AtomicUsize::new(0)));
    let services = BTreeMap::from([("shop".into(), settings)]);
    let (backend, _) = Backend::with_directory(services, 7, &directory);
    assert_eq!(backend.carry_out(find(1)).await, Reply::Answered(json!(1)));
    assert_eq!(backend.carry_out(find(1)).await, Reply::Failed(Failure::Refused));
    assert_eq!(server.asked().len(), 1);
}
