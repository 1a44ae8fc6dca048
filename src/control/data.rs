//! What the store keeps of people, by order of an admin: handed out, forgotten, let go of.
//!
//! Each act is a visit to the store between two writes of the history, and stands in it. The answer alone holds what
//! belongs to people: it is written to no log, and not kept for a repeated order.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::asked::Asked;
use super::events::Followed;
use super::kept::{self, PATIENCE, refused, visit};
use super::node::Node;
use super::refusal::Refusal;
use super::view::{CallerNumber, ErasedView, Erasing, ExpiredView};
use crate::call::{CallId, RecordingId, mask_number};
use crate::engine::{Input, Order};
use crate::history::{CallerKey, Fact, Known, Retention, Row, Write};
use crate::runtime::Visit;
use crate::storage::{disclosure, recordings_of, remove_recordings};

/// Everything that is known of a caller. That it was handed out is on the disk before it is.
pub(super) async fn export(node: &Node, asked: &Asked) -> Result<Value, Refusal> {
    let CallerNumber { number } = asked.read()?;
    let followed = kept::followed(node)?;
    let caller = key(followed, &number)?;
    let (by, at) = (asked.token(), node.wall());
    let known = visit(followed, move |store| {
        let known = store.known(&caller)?;
        let contacts = known.contacts.len() as u64;
        let fact = Fact::Exported { caller, by, contacts };
        store.commit(&[Write::Row(Box::new(Row::new(at, fact)))])?;
        Ok(known)
    });
    let (mut known, folder) = (known.await?, followed.limits.recordings.clone());
    known.recordings = recordings(followed, &mut known).await?;
    spawn_blocking(move || disclosure(&number, &known, &folder)).await.map_err(|_| Refusal::gone())
}

/// Forgets a caller for good, or tells how much that would be.
pub(super) async fn erase(node: &Node, asked: &Asked) -> Result<ErasedView, Refusal> {
    let Erasing { number, confirm } = asked.read()?;
    let followed = kept::followed(node)?;
    let caller = key(followed, &number)?;
    if confirm {
        // First whoever would still call them: what that tells is on its way to the store before it forgets.
        let (by, caller) = (asked.by(), caller.clone());
        node.visit(move |visit| {
            if is_on_the_line(visit, &caller) {
                let message = "They are on the line now, and a call leaves its record at its end.";
                return Err(Refusal::conflict("on_the_line", message).hint("Do it afterwards."));
            }
            visit.tell(Input::Ordered { by, order: Order::Forget { caller } });
            Ok(())
        })
        .await??;
    }
    let theirs = caller.clone();
    let mut known = visit(followed, move |store| store.known(&theirs)).await?;
    let recordings = recordings(followed, &mut known).await?;
    let mut told = ErasedView {
        caller: mask_number(&number),
        contacts: known.contacts.len() as u64,
        recordings: recordings.len() as u64,
        done: false,
        left: Vec::new(),
    };
    if !confirm {
        return Ok(told);
    }
    // The files first: as long as one is left, the store still knows whose they are, and it can be done again.
    told.left = remove(followed, recordings).await?;
    forget_records(followed, known.contacts.into_iter().collect()).await?;
    if told.left.is_empty() {
        let (by, at) = (asked.token(), node.wall());
        visit(followed, move |store| store.erase(&caller, &by, at)).await?;
        told.done = true;
    }
    Ok(told)
}

/// Lets go of everything that is older than it may be.
pub(super) async fn expire(node: &Node) -> Result<ExpiredView, Refusal> {
    let followed = kept::followed(node)?;
    let mut told = ExpiredView::default();
    for class in followed.limits.classes().collect::<Vec<Retention>>() {
        let mut count = 0;
        loop {
            let (limits, now) = (followed.limits.clone(), node.wall());
            let some = visit(followed, move |store| limits.let_go(store, class, now)).await?;
            count += some.count;
            if some.is_all {
                break;
            }
        }
        let name = serde_json::to_value(class).unwrap_or_default();
        told.classes.insert(name.as_str().unwrap_or_default().to_owned(), count);
    }
    Ok(told)
}

fn key(followed: &Followed, number: &str) -> Result<CallerKey, Refusal> {
    followed.slot.secret().key(number).ok_or_else(|| {
        Refusal::senseless("wrong_number", "This is no number: it holds no digits.")
            .hint("Give it as it calls, such as `+6281234567890`.")
    })
}

fn is_on_the_line(visit: &Visit<'_>, caller: &CallerKey) -> bool {
    let secret = visit.engine().settings().caller_secret.as_ref();
    let mut live = visit.engine().live_after(None);
    secret.is_some_and(|secret| {
        live.any(|call| {
            let number = call.session.caller_number();
            number.and_then(|number| secret.key(&number)).as_ref() == Some(caller)
        })
    })
}

/// What was recorded of somebody: by what the store knows and by the names of the files.
async fn recordings(followed: &Followed, known: &mut Known) -> Result<Vec<RecordingId>, Refusal> {
    let (folder, contacts) = (followed.limits.recordings.clone(), known.contacts.clone());
    let found = spawn_blocking(move || recordings_of(&folder, &contacts)).await;
    let mut found = found.map_err(|_| Refusal::gone())?.map_err(|error| refused(&error))?;
    found.extend(std::mem::take(&mut known.recordings));
    Ok(found.into_iter().collect())
}

/// Deletes files of recordings; those that are still there.
async fn remove(followed: &Followed, recordings: Vec<RecordingId>) -> Result<Vec<String>, Refusal> {
    let folder = followed.limits.recordings.clone();
    let removed = spawn_blocking(move || remove_recordings(&folder, &recordings)).await;
    let left = removed.map_err(|_| Refusal::gone())?;
    let told = |(path, error): (PathBuf, std::io::Error)| {
        tracing::error!(path = %path.display(), %error, "A recording that is to be forgotten cannot be deleted.");
        path.to_string_lossy().into_owned()
    };
    Ok(left.into_iter().map(told).collect())
}

/// Has the writer of the call records take those of these calls out, after all that wait to be written.
async fn forget_records(followed: &Followed, calls: BTreeSet<CallId>) -> Result<(), Refusal> {
    let (sender, told) = oneshot::channel();
    // Whoever asked may be gone.
    let sent = followed.records.forget(calls, move |gone| drop(sender.send(gone)));
    if !sent {
        return Err(Refusal::busy());
    }
    match timeout(PATIENCE.to_std(), told).await {
        Ok(Ok(Ok(_))) => Ok(()),
        Ok(Ok(Err(error))) => Err(refused(&error)),
        Ok(Err(_)) => Err(Refusal::gone()),
        Err(_) => Err(Refusal::busy()),
    }
}
