//! The way of SIP messages to the server and back: datagrams, or one connection of TLS for all callers, as a trunk has it.

use std::cell::RefCell;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, SocketAddrV4, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore};

use super::wire::{self, Receiver};
use crate::cli::bench::error::BenchError;
use crate::runtime::Clock;

/// The most bytes of a message that is not whole yet; a server that sends more is not spoken with any more.
const MAX_WAITING: usize = 1 << 20;

/// Where a server takes TLS, and the certificate that it shows.
#[derive(Debug, Clone)]
pub(in crate::cli::bench) struct TlsEnd {
    pub(in crate::cli::bench) address: SocketAddrV4,
    pub(in crate::cli::bench) certificate: PathBuf,
}

/// The way of SIP messages.
#[derive(Debug)]
pub(super) enum Signalling {
    Datagrams { socket: UdpSocket, server: SocketAddrV4 },
    Tls(RefCell<Box<Connection>>),
}

/// A connection of TLS.
#[derive(Debug)]
pub(super) struct Connection {
    tcp: TcpStream,
    tls: ClientConnection,
    /// What came and is no whole message yet.
    waiting: Vec<u8>,
}

impl Signalling {
    /// A way to a server by datagrams.
    ///
    /// # Errors
    /// [`BenchError::System`] where a socket cannot be had.
    pub(super) fn datagrams(server: SocketAddrV4) -> Result<Self, BenchError> {
        Ok(Self::Datagrams { socket: wire::bind()?, server })
    }

    /// A way to a server by TLS.
    ///
    /// # Errors
    /// [`BenchError::System`] where it cannot be connected to, or shows another certificate.
    pub(super) fn tls(end: &TlsEnd) -> Result<Self, BenchError> {
        let refused = BenchError::system("a TLS connection to the server");
        let mut tcp = TcpStream::connect(end.address).map_err(&refused)?;
        tcp.set_nodelay(true).map_err(&refused)?;
        let name = ServerName::from(end.address.ip().to_owned());
        let tls = config(&end.certificate)
            .and_then(|config| Ok(ClientConnection::new(Arc::new(config), name)?));
        let mut tls = tls.map_err(|error| refused(std::io::Error::other(error)))?;
        tls.set_buffer_limit(None);
        while tls.is_handshaking() {
            tls.complete_io(&mut tcp).map_err(&refused)?;
        }
        tcp.set_nonblocking(true).map_err(&refused)?;
        Ok(Self::Tls(RefCell::new(Box::new(Connection { tcp, tls, waiting: Vec::new() }))))
    }

    /// Our address.
    ///
    /// # Errors
    /// [`BenchError::System`] where the system does not know it.
    pub(super) fn address(&self) -> Result<SocketAddrV4, BenchError> {
        match self {
            Self::Datagrams { socket, .. } => wire::address(socket),
            Self::Tls(connection) => {
                let address = connection.borrow().tcp.local_addr();
                match address.map_err(BenchError::system("a socket's address"))? {
                    SocketAddr::V4(address) => Ok(address),
                    SocketAddr::V6(_) => unreachable!("connected to an IPv4 address"),
                }
            }
        }
    }

    /// Sends a message. What is not sent is repeated, or missed by the call that it was of.
    pub(super) fn send(&self, text: &str) {
        match self {
            Self::Datagrams { socket, server } => {
                socket.send_to(text.as_bytes(), server).unwrap_or_default();
            }
            Self::Tls(connection) => {
                let mut connection = connection.borrow_mut();
                connection.tls.writer().write_all(text.as_bytes()).unwrap_or_default();
                connection.flush();
            }
        }
    }

    /// Hands on all that has come: when it came (µs since 1970), and the message.
    pub(super) fn drain(
        &self,
        receiver: &mut Receiver,
        clock: Clock,
        mut take: impl FnMut(i64, &[u8]),
    ) {
        match self {
            Self::Datagrams { socket, .. } => {
                receiver.drain(socket, |_, at, datagram| take(at, datagram));
            }
            Self::Tls(connection) => {
                // It is free again before anything is answered.
                let messages = connection.borrow_mut().messages();
                let now = clock.wall().as_unix_micros();
                messages.iter().for_each(|message| take(now, message));
            }
        }
    }
}

impl Connection {
    /// Writes what waits, as far as there is room.
    fn flush(&mut self) {
        while self.tls.wants_write() && self.tls.write_tls(&mut self.tcp).is_ok() {}
    }

    /// Reads what has come and takes the whole messages out of it.
    fn messages(&mut self) -> Vec<Vec<u8>> {
        self.flush();
        while self.tls.wants_read() {
            match self.tls.read_tls(&mut self.tcp) {
                Ok(1..) => {}
                Ok(0) | Err(_) => break,
            }
            if self.tls.process_new_packets().is_err() {
                break;
            }
            let mut part = [0; 4_096];
            loop {
                match self.tls.reader().read(&mut part) {
                    Ok(count @ 1..) => self.waiting.extend(part.get(..count).unwrap_or_default()),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Ok(0) | Err(_) => break,
                }
            }
        }
        let mut messages = Vec::new();
        while let Some(length) = whole(&self.waiting) {
            let rest = self.waiting.split_off(length);
            messages.push(std::mem::replace(&mut self.waiting, rest));
        }
        if self.waiting.len() > MAX_WAITING {
            self.waiting.clear();
        }
        messages
    }
}

/// The length of the first message, if it is whole; blank lines before it, which keep the way open, belong to it.
fn whole(bytes: &[u8]) -> Option<usize> {
    let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let rest = bytes.get(blank..)?;
    let head = rest.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(rest.get(..head)?).unwrap_or_default();
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("Content-Length").then(|| value.trim().parse().ok())?
    });
    let whole = blank + head + length.unwrap_or(0_usize);
    (bytes.len() >= whole).then_some(whole)
}

/// TLS that believes one certificate.
fn config(certificate: &Path) -> Result<ClientConfig, Box<dyn std::error::Error + Send + Sync>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate)?)?;
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart_on_a_stream() {
        let first = "\r\nSIP/2.0 200 OK\r\ncontent-length: 3\r\n\r\nabc";
        let both = format!("{first}SIP/2.0 100 Trying\r\n\r\nrest");
        let (_, second) = both.as_bytes().split_at(first.len());
        assert_eq!(whole(both.as_bytes()), Some(first.len()));
        assert_eq!(whole(second), Some(22));
        let (_, cut) = first.as_bytes().split_last().expect("it is long");
        assert_eq!(whole(cut), None, "the body is not whole");
        assert_eq!(whole(b"SIP/2.0 200 OK\r\n"), None);
    }
}
