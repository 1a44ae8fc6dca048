//! Who waits and who does not while the disk is slow, refuses, or loses its word.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;
use crate::history::{
    CallerKey, Entry, Fault, Filter, Forgotten, Found, Known, MemoryStore, OfferId, Retention,
    Standing,
};

const PATIENCE: Duration = Duration::from_secs(10);

/// A store that waits for leave before each commit, and shows what it keeps.
struct Watched {
    inner: MemoryStore,
    leave: Option<Receiver<()>>,
    kept: Arc<Mutex<Vec<Entry>>>,
}

impl Store for Watched {
    fn take_over(&mut self, version: &str, at: Wall, found: &Found) -> Result<u64, StoreError> {
        self.inner.take_over(version, at, found)
    }

    fn commit(&mut self, batch: &[Write]) -> Result<Vec<Receipt>, StoreError> {
        if let Some(leave) = &self.leave {
            // Whoever gave leave may be gone: then it is given for good.
            leave.recv().unwrap_or_default();
        }
        let receipts = self.inner.commit(batch);
        let mut kept = self.kept.lock().expect("a lock");
        let from = kept.len();
        kept.extend_from_slice(&self.inner.all()[from..]);
        drop(kept);
        receipts
    }

    fn newest(&self) -> Result<Position, StoreError> {
        self.inner.newest()
    }

    fn standing(&self) -> Result<Standing, StoreError> {
        self.inner.standing()
    }

    fn entries(&self, after: Position, f: &Filter, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.inner.entries(after, f, limit)
    }

    fn records(&self, call: CallId) -> Result<Vec<Arc<str>>, StoreError> {
        self.inner.records(call)
    }

    fn known(&self, caller: &CallerKey) -> Result<Known, StoreError> {
        self.inner.known(caller)
    }

    fn erase(&mut self, caller: &CallerKey, by: &str, at: Wall) -> Result<Forgotten, StoreError> {
        self.inner.erase(caller, by, at)
    }

    fn expire(&mut self, of: Retention, before: Wall, at: Wall) -> Result<Forgotten, StoreError> {
        self.inner.expire(of, before, at)
    }

    fn secret(&self) -> &CallerSecret {
        self.inner.secret()
    }
}

struct Rig {
    writer: HistoryWriter,
    slot: HistorySlot,
    kept: Arc<Mutex<Vec<Entry>>>,
}

impl Rig {
    /// Faults by the number of the write; the beginning of the epoch is the first.
    fn new(faults: &[(u64, Fault)], leave: Option<Receiver<()>>) -> Self {
        let mut inner = MemoryStore::default();
        inner.begin("1.0.0", Wall::default()).expect("begins");
        faults.iter().for_each(|(write, fault)| inner.plant(*write, *fault));
        let kept = Arc::default();
        let store = Watched { inner, leave, kept: Arc::clone(&kept) };
        let (writer, slot) = HistoryWriter::start(store, Clock::new()).expect("starts");
        Self { writer, slot, kept }
    }

    /// Hands in what cannot be mistaken for another row.
    fn keep(&self, number: u64) {
        self.slot.keep(Row::new(Wall::default(), numbered(number)));
    }

    fn claim(&self, fact: Fact) -> Receiver<Receipt> {
        let (sender, receiver) = channel();
        let answer = Box::new(move |receipt| sender.send(receipt).expect("somebody waits"));
        self.slot.claim(Row::new(Wall::default(), fact), answer);
        receiver
    }

    /// Ends the writer and gives the numbers that are kept, in order.
    fn close(self) -> Vec<u64> {
        self.writer.close();
        let kept = self.kept.lock().expect("a lock");
        kept.iter().filter_map(number).collect()
    }
}

fn numbered(number: u64) -> Fact {
    Fact::ConfigChanged { revision: number.to_string().into(), what: "".into() }
}

fn number(entry: &Entry) -> Option<u64> {
    match &entry.row.fact {
        Fact::ConfigChanged { revision, .. } => revision.parse().ok(),
        _ => None,
    }
}

fn ticket() -> Fact {
    Fact::TicketOpened {
        ticket: 0,
        contact: CallId::new(1, 1),
        sort: "complaint".into(),
        language: "id".into(),
        owner: None,
        due: None,
        recording: None,
        caller: None,
    }
}

fn offered() -> Fact {
    Fact::Offered {
        offer: OfferId(1),
        contact: CallId::new(1, 1),
        queue: "service".into(),
        agent: "sari".into(),
        until: Wall::default(),
        together: false,
    }
}

#[test]
fn rows_are_kept_in_order_and_verdicts_told() {
    let rig = Rig::new(&[], None);
    (1..=500).for_each(|number| rig.keep(number));
    let receipt = rig.claim(ticket()).recv_timeout(PATIENCE).expect("a verdict");
    assert_eq!((receipt.verdict, receipt.number), (Verdict::Applied, Some(1_001)));
    let stale = rig.claim(offered()).recv_timeout(PATIENCE).expect("a verdict");
    assert_eq!(stale, Receipt::without_trace(Verdict::Stale));
    assert_eq!(Some(rig.slot.status().newest), receipt.position);
    let (sender, told) = channel();
    assert!(rig.slot.visit(move |store| sender.send(store.standing().is_ok()).expect("heard")));
    assert!(told.recv_timeout(PATIENCE).expect("visited"));
    let kept = Arc::clone(&rig.kept);
    assert_eq!(rig.close(), (1..=500).collect::<Vec<u64>>());
    let last = kept.lock().expect("a lock").last().map(|entry| entry.row.fact.clone());
    assert_eq!(last, Some(Fact::NodeStopped {}));
}

#[test]
fn a_disk_that_refuses_loses_nothing_and_stops_claims_at_once() {
    // The second to fourth write fail; the fifth is kept, and the word of it lost.
    let faults = [2, 3, 4].map(|write| (write, Fault::Refused));
    let rig = Rig::new(&[&faults[..], &[(5, Fault::Unheard)]].concat(), None);
    let verdict = rig.claim(ticket()).recv_timeout(PATIENCE).expect("a verdict").verdict;
    assert_eq!(verdict, Verdict::Failed);
    assert!(rig.slot.status().failing.is_some());
    (1..=200).for_each(|number| rig.keep(number));
    let verdict = rig.claim(ticket()).try_recv().expect("a verdict at once").verdict;
    assert_eq!(verdict, Verdict::Failed);
    let slot = rig.slot.clone();
    assert_eq!(rig.close(), (1..=200).collect::<Vec<u64>>(), "each once, in order");
    assert_eq!((slot.status().failing, slot.status().lost), (None, 0));
    slot.keep(Row::new(Wall::default(), numbered(9)));
    assert!(!slot.visit(|_| ()), "nothing is taken after the end");
    assert_eq!(slot.status().lost, 1);
}

#[test]
fn a_slow_disk_stops_nobody_but_claims() {
    let (leave, wait): (Sender<()>, _) = channel();
    let rig = Rig::new(&[], Some(wait));
    rig.keep(1);
    let claim = rig.claim(ticket());
    // The writer waits for the disk; everybody else goes on.
    (2..=1_000).for_each(|number| rig.keep(number));
    assert!(claim.try_recv().is_err());
    assert_eq!(rig.slot.status().waiting, 1_001);
    drop(leave);
    assert_eq!(claim.recv_timeout(PATIENCE).expect("a verdict").verdict, Verdict::Applied);
    assert_eq!(rig.close().len(), 1_000);
}

#[test]
fn the_spool_has_an_end() {
    let (leave, wait): (Sender<()>, _) = channel();
    let rig = Rig::new(&[], Some(wait));
    let spool = u64::try_from(SPOOL).expect("fits");
    (1..=spool + 7).for_each(|number| rig.keep(number));
    assert_eq!(rig.slot.status().lost, 7);
    assert_eq!(rig.claim(ticket()).try_recv().expect("at once").verdict, Verdict::Failed);
    drop(leave);
    let (kept, slot) = (Arc::clone(&rig.kept), rig.slot.clone());
    let (sender, told) = channel();
    assert!(slot.visit(move |store| sender.send(store.newest()).expect("heard")));
    assert!(told.recv_timeout(PATIENCE * 6).expect("written").is_ok());
    assert_eq!(kept.lock().expect("a lock").iter().filter_map(number).count(), SPOOL);
    rig.writer.close();
}

#[test]
fn a_disk_that_refuses_to_the_last_is_given_up() {
    let faults: Vec<_> = (2..100).map(|write| (write, Fault::Refused)).collect();
    let rig = Rig::new(&faults, None);
    rig.keep(1);
    assert_eq!(rig.close(), Vec::<u64>::new());
}
