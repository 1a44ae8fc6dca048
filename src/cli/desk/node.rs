//! The running node, reached by its control interface.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use reqwest::{Client, Method, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::cli::exit;
use crate::config::{self, ConfigError, Control, ControlRole};
use crate::control::Fault;

/// How long the node may take to be reached, and to answer.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(10));
/// The most bytes of a token's file.
const MAX_TOKEN: u64 = 4_096;

/// How the node is reached.
#[derive(Debug, Args)]
pub(in crate::cli) struct NodeArgs {
    /// The configuration of the node: its `control` says where it is reached and with which token
    #[arg(long, value_name = "FILE", default_value = "sambung.yaml", global = true)]
    pub(in crate::cli) config: PathBuf,
    /// Where the node is reached, in place of what the configuration says
    #[arg(long, value_name = "URL", global = true)]
    pub(in crate::cli) url: Option<String>,
    /// The file of the token, in place of those in the configuration
    #[arg(long, value_name = "FILE", global = true)]
    token_file: Option<PathBuf>,
    /// Which token of the configuration is shown; otherwise the one that opens most
    #[arg(long = "as", value_name = "NAME", global = true)]
    name: Option<String>,
    /// Prints JSON, as the node told it
    #[arg(long, global = true)]
    pub(in crate::cli) json: bool,
}

/// The node.
#[derive(Debug)]
pub(in crate::cli) struct Node {
    base: Url,
    token: Option<String>,
    /// How long an answer may take.
    patience: Duration,
    /// The agent whom the token is for.
    pub(in crate::cli) agent: Option<String>,
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum DeskError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("read {}: it has errors", path.display())]
    Unsound { path: PathBuf },
    #[error("find the node: {} has no `control`", path.display())]
    NoControl { path: PathBuf },
    #[error("find the token `{name}` in the configuration")]
    NoToken { name: String },
    #[error("read the token in {}", path.display())]
    TokenFile { path: PathBuf, source: std::io::Error },
    #[error("understand the address `{url}`")]
    Address { url: String },
    #[error("know which agent is meant")]
    NoAgent,
    #[error("reach the node at {base}")]
    Unreachable { base: Url, source: reqwest::Error },
    #[error("understand the answer of {base}")]
    Strange { base: Url },
    #[error("have it done: {message}")]
    Refused { message: String, hint: Option<String> },
    #[error("begin")]
    Tasks(#[source] std::io::Error),
}

impl DeskError {
    pub(super) fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Config(_) | Self::NoControl { .. } => {
                "name the configuration of the node by `--config`, or say where it is reached by `--url`; \
                 the node needs `control: { tokens: … }` in its sambung.yaml"
                    .to_owned()
            }
            Self::Unsound { path } => format!("`sambung check {}` tells which", path.display()),
            Self::NoToken { .. } => {
                "tokens that are not set in this environment cannot be shown; name a file by `--token-file`"
                    .to_owned()
            }
            Self::Address { .. } => "write it as `http://127.0.0.1:8022`".to_owned(),
            Self::NoAgent => {
                "name the agent; only a token of `role: agent` in the configuration says it by itself"
                    .to_owned()
            }
            Self::Unreachable { .. } => {
                "is `sambung serve` running there, with `control:` in its sambung.yaml? Its line `Ready.` in the log tells the address"
                    .to_owned()
            }
            Self::Strange { .. } => "is that a node of the same version?".to_owned(),
            Self::Refused { hint, .. } => return hint.clone(),
            Self::TokenFile { .. } | Self::Tasks(_) => return None,
        })
    }

    pub(super) const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_)
            | Self::Unsound { .. }
            | Self::NoControl { .. }
            | Self::NoToken { .. }
            | Self::TokenFile { .. } => exit::UNREADABLE,
            Self::Address { .. } | Self::NoAgent => exit::USAGE,
            Self::Unreachable { .. }
            | Self::Strange { .. }
            | Self::Refused { .. }
            | Self::Tasks(_) => exit::FINDINGS,
        }
    }
}

impl Node {
    /// Finds the node that is meant.
    pub(in crate::cli) fn find(args: &NodeArgs) -> Result<Self, DeskError> {
        let control = match (&args.url, &args.token_file) {
            (Some(_), Some(_)) => None,
            (Some(_), None) if !args.config.exists() => None,
            _ => Some(read(args)?),
        };
        let base = match (&args.url, &control) {
            (Some(url), _) => url.clone(),
            (None, Some(control)) => format!("http://{}", reached(control)),
            (None, None) => return Err(DeskError::NoControl { path: args.config.clone() }),
        };
        let address = || DeskError::Address { url: base.clone() };
        let url = Url::parse(&base).map_err(|_| address())?;
        if url.cannot_be_a_base() {
            return Err(address());
        }
        if let Some(path) = &args.token_file {
            let token = Some(token_in(path)?);
            return Ok(Self { base: url, token, patience: PATIENCE.1, agent: None });
        }
        let tokens = control.map(|control| control.tokens).unwrap_or_default();
        let shown = match &args.name {
            Some(name) => {
                let found = tokens.into_iter().find(|token| *token.name == **name);
                Some(found.ok_or_else(|| DeskError::NoToken { name: name.clone() })?)
            }
            None => tokens.into_iter().max_by_key(|token| opens(token.role)),
        };
        let agent = shown.as_ref().and_then(|token| token.agent.as_ref()).map(ToString::to_string);
        let token = shown.map(|token| token.secret.reveal().to_owned());
        Ok(Self { base: url, token, patience: PATIENCE.1, agent })
    }

    /// The same, whose answers may take so long.
    pub(in crate::cli) fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Asks for what is at a path.
    pub(in crate::cli) fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, DeskError> {
        self.ask(Method::GET, path, query, None)
    }

    /// Orders something there.
    pub(in crate::cli) fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: Option<Value>,
    ) -> Result<T, DeskError> {
        self.ask(Method::POST, path, &[], body)
    }

    fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<T, DeskError> {
        let tasks = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let (status, bytes) =
            tasks.map_err(DeskError::Tasks)?.block_on(self.exchange(method, path, query, body))?;
        let strange = || DeskError::Strange { base: self.base.clone() };
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|_| strange());
        }
        let Fault { error } = serde_json::from_slice(&bytes).map_err(|_| strange())?;
        Err(DeskError::Refused { message: error.message, hint: error.hint })
    }

    async fn exchange(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<(StatusCode, Vec<u8>), DeskError> {
        let unreachable = |source| DeskError::Unreachable { base: self.base.clone(), source };
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let client = Client::builder()
            .connect_timeout(PATIENCE.0)
            .timeout(self.patience)
            .no_proxy()
            .build()
            .map_err(unreachable)?;
        let mut request = client.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        Ok((status, answer.bytes().await.map_err(unreachable)?.to_vec()))
    }
}

fn read(args: &NodeArgs) -> Result<Control, DeskError> {
    let path = &args.config;
    let reading = config::read_file(path)?;
    let config = reading.config.ok_or_else(|| DeskError::Unsound { path: path.clone() })?;
    config.control.ok_or_else(|| DeskError::NoControl { path: path.clone() })
}

/// Where a node that listens there is reached from its own machine.
fn reached(control: &Control) -> std::net::SocketAddr {
    let mut address = control.listen;
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// The more a role opens, the greater.
const fn opens(role: ControlRole) -> u8 {
    match role {
        ControlRole::Agent => 0,
        ControlRole::Read => 1,
        ControlRole::Supervisor => 2,
        ControlRole::Admin => 3,
    }
}

fn token_in(path: &std::path::Path) -> Result<String, DeskError> {
    use std::io::Read as _;
    let error = |source| DeskError::TokenFile { path: path.to_owned(), source };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(error)?;
    file.take(MAX_TOKEN).read_to_string(&mut text).map_err(error)?;
    Ok(text.trim().to_owned())
}
