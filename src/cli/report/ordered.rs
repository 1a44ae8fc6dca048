//! Work that several threads do and one takes over in order.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// The most threads that work: the one that takes over is busy long before.
const MAX_WORKERS: usize = 4;

/// How many pieces are worked at or wait to be taken over, for each worker: a piece that is slow holds the others up rather
/// than letting them pile up.
const AHEAD: usize = 3;

/// Takes pieces from `jobs`, does `work` on each with what the thread has prepared for itself, and hands what came of them
/// to `each` in the order of the pieces. Ends with the first error in that order.
pub(super) fn in_order<J, S, R, E>(
    jobs: impl Iterator<Item = Result<J, E>> + Send,
    prepare: impl Fn() -> Result<S, E> + Sync,
    work: impl Fn(&mut S, J) -> Result<R, E> + Sync,
    each: &mut dyn FnMut(R) -> Result<(), E>,
) -> Result<(), E>
where
    J: Send,
    R: Send,
    E: Send,
{
    let workers = thread::available_parallelism().map_or(1, |n| n.get().min(MAX_WORKERS));
    let (sender, promises) = sync_channel::<Receiver<Result<R, E>>>(workers * AHEAD);
    let jobs = Mutex::new(Some((jobs, sender)));
    // The next piece, with the promise of what comes of it put in line under the same lock.
    let next = || {
        let mut jobs = jobs.lock().expect("invariant: who takes a piece does not panic");
        let (pieces, sender) = jobs.as_mut()?;
        let (done, promise) = sync_channel(1);
        let job = pieces.next().filter(|_| sender.send(promise).is_ok());
        if job.is_none() {
            *jobs = None;
        }
        Some((job?, done))
    };
    let worker = || {
        let mut own = None;
        while let Some((job, done)) = next() {
            let result = job.and_then(|job| {
                let own = match &mut own {
                    Some(own) => own,
                    None => own.insert(prepare()?),
                };
                work(own, job)
            });
            // Nobody waits for it any more after an error.
            drop(done.send(result));
        }
    };
    thread::scope(|scope| {
        // Dropped before the workers are waited for: after an error none of them takes another piece.
        let promises = promises;
        for _ in 0..workers {
            scope.spawn(worker);
        }
        // A promise that is not kept is one of a thread that panicked, and so does this one at the end of the scope.
        while let Ok(Ok(result)) = promises.recv().map(|promise| promise.recv()) {
            each(result?)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers that were taken over, and how it ended.
    fn run(count: u32, fault: Option<u32>) -> (Vec<u32>, Result<(), u32>) {
        let mut seen = Vec::new();
        let work = |done: &mut u32, n: u32| {
            *done += 1;
            // The first ones take longest.
            let effort = (0..(100 - n.min(100)) * 1_000).map(std::hint::black_box).max();
            assert!(effort.is_none_or(|effort| effort < 100_000));
            if Some(n) == fault { Err(n) } else { Ok(n) }
        };
        let mut each = |n| {
            seen.push(n);
            Ok(())
        };
        let ended = in_order((0..count).map(Ok), || Ok(0), work, &mut each);
        (seen, ended)
    }

    #[test]
    fn what_threads_do_is_taken_over_in_order() {
        assert_eq!(run(0, None), (vec![], Ok(())));
        assert_eq!(run(500, None), ((0..500).collect(), Ok(())));
    }

    #[test]
    fn the_first_error_in_that_order_ends_it() {
        assert_eq!(run(500, Some(50)), ((0..50).collect(), Err(50)));
        let mut seen = Vec::new();
        let mut each = |n: u32| {
            seen.push(n);
            if n == 7 { Err("enough") } else { Ok(()) }
        };
        let ended = in_order((0..).map(Ok), || Ok(()), |(), n| Ok(n), &mut each);
        assert_eq!((ended, seen.len()), (Err("enough"), 8));
        let ended = in_order([Ok(1)].into_iter(), || Err("shut"), |(), n| Ok(n), &mut |_| Ok(()));
        assert_eq!(ended, Err("shut"));
    }
}
