//! The sockets that SIP listens on, and the files that TLS on them needs.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use super::Found;
use crate::config::file::TlsSection;
use crate::config::rule::CONTRADICTION;
use crate::config::settings::{Listen, TlsFiles, Transport};
use crate::config::written::Socket;
use crate::flow::{Diagnostic, Spanned};

/// The port of SIP where none is written (RFC 3261 §19.1.2).
const SIP_PORT: u16 = 5060;

/// The sockets of `listen`; one for UDP where none are named.
pub(super) fn listen(
    found: &mut Found,
    list: Option<Spanned<Vec<Spanned<Socket>>>>,
    tls: Option<&TlsSection>,
) -> Vec<Listen> {
    let Some(list) = list else {
        let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, SIP_PORT));
        return vec![Listen { transport: Transport::Udp, address }];
    };
    if tls.is_none() {
        for socket in list.value.iter().filter(|socket| socket.value.0.transport.is_secure()) {
            let message = "this socket needs a certificate, and nothing says where it is";
            let finding = Diagnostic::new(&CONTRADICTION, socket.span, message);
            found.add(finding.help("add `tls: { certificate: FILE, key: FILE }` under `sip:`"));
        }
    }
    found.distinct(list, "`listen`").into_iter().map(|socket| socket.0).collect()
}

/// The files of `tls`, from the project's folder.
pub(super) fn tls(section: TlsSection, folder: &Path) -> TlsFiles {
    TlsFiles {
        certificate: folder.join(section.certificate),
        key: folder.join(section.key),
        client_ca: section.client_ca.map(|file| folder.join(file)),
        server_ca: section.server_ca.map(|file| folder.join(file)),
    }
}
