//! What ends a call of a process that died, in a form that outlives it.

use std::net::SocketAddr;

use bytes::Bytes;

use super::transport::Transport;

/// A message that ends a call, and the way that it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parting {
    /// The far side.
    pub to: SocketAddr,
    /// The socket of ours.
    pub local: SocketAddr,
    /// How it travels.
    pub transport: Transport,
    /// Where a new connection leads if the one to `to` is gone; `None` = to `to`.
    pub fallback: Option<SocketAddr>,
    /// The message.
    pub bytes: Bytes,
}

impl Parting {
    /// As bytes to be kept: a line with the way, then the message.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { to, local, transport, fallback, bytes } = self;
        let fallback = fallback.map_or_else(|| "-".to_owned(), |fallback| fallback.to_string());
        let way = format!("{transport} {to} {local} {fallback}\n");
        [way.as_bytes(), bytes].concat()
    }

    /// Reads what was kept; `None` if it is no such thing.
    #[must_use]
    pub fn from_bytes(kept: &[u8]) -> Option<Self> {
        let end = kept.iter().position(|byte| *byte == b'\n')?;
        let (way, message) = kept.split_at_checked(end)?;
        let mut way = str::from_utf8(way).ok()?.split(' ');
        let named = way.next()?;
        let transport = Transport::ALL.into_iter().find(|known| known.to_string() == named)?;
        let (to, local) = (way.next()?.parse().ok()?, way.next()?.parse().ok()?);
        let fallback = match way.next()? {
            "-" => None,
            address => Some(address.parse().ok()?),
        };
        let bytes = Bytes::copy_from_slice(message.get(1..)?);
        Some(Self { to, local, transport, fallback, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_as_it_was() {
        let address = |text: &str| text.parse().expect("an address");
        for (transport, fallback) in
            [(Transport::Udp, None), (Transport::Tls, Some(address("[::1]:5061")))]
        {
            let parting = Parting {
                to: address("10.0.0.2:5060"),
                local: address("10.0.0.1:5060"),
                transport,
                fallback,
                bytes: Bytes::from_static(b"BYE sip:a@b SIP/2.0\r\n\r\n"),
            };
            assert_eq!(Parting::from_bytes(&parting.to_bytes()), Some(parting));
        }
        for wrong in ["", "\n", "udp 10.0.0.2:5060\nBYE", "up 10.0.0.2:1 10.0.0.1:1 -\nBYE", "x"] {
            assert_eq!(Parting::from_bytes(wrong.as_bytes()), None, "{wrong:?}");
        }
    }
}
