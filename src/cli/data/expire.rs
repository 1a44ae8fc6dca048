//! `sambung data expire`: lets go of what is old, now.

use clap::Args;

use super::open::{Owned, failed};
use crate::cli::desk::{self, Node};
use crate::cli::{exit, print};
use crate::config::Config;
use crate::control::ExpiredView;
use crate::storage::Limits;

/// Lets go of everything that is older than `retention` allows, as the node does once a day.
#[derive(Debug, Args)]
pub(crate) struct ExpireArgs {}

pub(super) fn run(_: &ExpireArgs, config: &Config) -> u8 {
    expire(config).map_or_else(|code| code, |()| exit::CLEAN)
}

fn expire(config: &Config) -> Result<(), u8> {
    let mut owned = Owned::open(config)?;
    let limits: Limits = crate::server::limits(config);
    let now = owned.clock.wall();
    for class in limits.classes() {
        let mut count = 0;
        loop {
            let some =
                limits.let_go(&mut owned.store, class, now).map_err(|error| failed(&error))?;
            count += some.count;
            if some.is_all {
                break;
            }
        }
        let name = serde_json::to_value(class).expect("a class is a word");
        tell(name.as_str().unwrap_or_default(), count);
    }
    owned.close(Vec::new())
}

/// The same by the running node.
pub(super) fn by_node(node: &Node) -> u8 {
    match node.post::<ExpiredView>(&["data", "expire"], None) {
        Ok(gone) => {
            gone.classes.iter().for_each(|(class, count)| tell(class, *count));
            exit::CLEAN
        }
        Err(error) => desk::refused(&error),
    }
}

fn tell(class: &str, count: u64) {
    print::out(&format!("{class:<12}{count:>10}"));
}
