//! The toy adapter in Python, `tests/adapters/toy.py`, whose samples pass through the node.

use std::process::{Child, Command};

/// Its program.
pub(crate) const TOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/adapters/toy.py");

/// The toy adapter, connected by WebSocket.
#[derive(Debug)]
pub(crate) struct Far {
    toy: Child,
    folder: tempfile::TempDir,
    /// Its entry in `sambung.yaml`.
    pub(crate) entry: String,
}

impl Far {
    pub(crate) fn starts(name: &str, arguments: &[&str]) -> Self {
        const TOKEN: &str = "kopi-tubruk-pagi-hari";
        let folder = tempfile::tempdir().expect("a folder");
        let token = folder.path().join("token");
        std::fs::write(&token, TOKEN).expect("written");
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&token, private).expect("set");
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let listen = free.local_addr().expect("a port");
        drop(free);
        let toy = Command::new("python3")
            .arg(TOY)
            .args(["--websocket", &format!("ws://{listen}/"), "--pcm"])
            .args(arguments)
            .arg("--ear")
            .arg(folder.path().join("ear"))
            .arg("--keys")
            .arg(folder.path().join("keys"))
            .env("SAMBUNG_ADAPTER_TOKEN", TOKEN)
            .spawn()
            .expect("it starts");
        let entry = format!(
            "{{ name: {name}, kind: websocket, listen: \"{listen}\", token: {{ file: {token:?} }} }}"
        );
        Self { toy, folder, entry }
    }

    /// The samples that its caller or agent heard.
    pub(crate) fn heard(&self) -> Vec<i16> {
        let bytes = std::fs::read(self.folder.path().join("ear")).unwrap_or_default();
        bytes.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect()
    }

    /// The keys that it was told to press towards its caller or agent.
    pub(crate) fn keys(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("keys")).unwrap_or_default()
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        self.toy.kill().expect("it runs");
        self.toy.wait().expect("it ends");
    }
}
