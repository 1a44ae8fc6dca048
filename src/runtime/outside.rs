//! What carries out the requests of calls: the services of a project, and the store of its tickets.

use tokio::sync::mpsc;

use crate::call::{Failure, Reply, Request, RequestId};

/// Requests of all calls that may be under way at a time; one more fails as busy.
pub const MAX_REQUESTS: usize = 4_096;

/// Whoever carries out what calls ask of the world outside.
pub trait Outside: Send {
    /// Takes a request, in the span of its call. It must not wait: the work is done elsewhere, and `answer` says how
    /// it went.
    fn ask(&mut self, request: Request, answer: Answer);
}

/// Where one request is answered. Dropped without a word, it says that the request failed.
#[derive(Debug)]
pub struct Answer {
    request: RequestId,
    /// Room for one reply; `None` once it is given.
    room: Option<mpsc::OwnedPermit<(RequestId, Reply)>>,
}

impl Answer {
    /// Answers. It never waits: the room was kept when the request was taken.
    pub fn give(mut self, reply: Reply) {
        self.say(reply);
    }

    fn say(&mut self, reply: Reply) {
        if let Some(room) = self.room.take() {
            room.send((self.request, reply));
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.say(Reply::Failed(Failure::Error));
    }
}

/// The driver's side: who is asked, and the replies that come back. In an outside's own tests, the test's side.
pub struct Requests {
    outside: Box<dyn Outside>,
    replies: mpsc::Sender<(RequestId, Reply)>,
    replied: mpsc::Receiver<(RequestId, Reply)>,
}

impl std::fmt::Debug for Requests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Requests").field("room", &self.replies.capacity()).finish_non_exhaustive()
    }
}

impl Requests {
    /// Lays the way to `outside` and back.
    #[must_use]
    pub fn new(outside: Box<dyn Outside>) -> Self {
        let (replies, replied) = mpsc::channel(MAX_REQUESTS);
        Self { outside, replies, replied }
    }

    /// Passes a request on.
    ///
    /// # Errors
    /// The reply, at once, when too many requests are under way.
    pub fn ask(&mut self, request: Request) -> Result<(), Reply> {
        let id = request.id;
        match self.replies.clone().try_reserve_owned() {
            Ok(room) => {
                self.outside.ask(request, Answer { request: id, room: Some(room) });
                Ok(())
            }
            Err(_) => Err(Reply::Failed(Failure::Busy)),
        }
    }

    /// The next reply; pends while there is none.
    pub async fn next(&mut self) -> Option<(RequestId, Reply)> {
        self.replied.recv().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{CallId, Callback, Errand};
    use std::sync::{Arc, Mutex};

    /// Keeps all that it is asked and answers nothing.
    #[derive(Clone, Default)]
    struct Silent(Arc<Mutex<Vec<Answer>>>);

    impl Outside for Silent {
        fn ask(&mut self, _: Request, answer: Answer) {
            self.0.lock().expect("one thread").push(answer);
        }
    }

    fn request(number: u64) -> Request {
        let callback = Callback {
            queue: "service".into(),
            to: "+62811".into(),
            within: None,
            language: "id".into(),
            place: None,
        };
        Request { id: RequestId(number), call: CallId::new(1, 1), what: Errand::Callback(callback) }
    }

    #[tokio::test]
    async fn each_request_is_answered_once_even_if_nobody_says_a_word() {
        let silent = Silent::default();
        let mut requests = Requests::new(Box::new(silent.clone()));
        for number in 1..=2 {
            requests.ask(request(number)).expect("room");
        }
        let mut answers = std::mem::take(&mut *silent.0.lock().expect("one thread"));
        answers.remove(0).give(Reply::NotFound);
        assert_eq!(requests.next().await, Some((RequestId(1), Reply::NotFound)));
        drop(answers);
        let forgotten = Reply::Failed(Failure::Error);
        assert_eq!(requests.next().await, Some((RequestId(2), forgotten)));
        assert!(requests.replied.try_recv().is_err(), "no further one");
    }

    #[tokio::test]
    async fn one_request_too_many_is_turned_away_and_an_answer_makes_room() {
        let silent = Silent::default();
        let mut requests = Requests::new(Box::new(silent.clone()));
        for number in 0..MAX_REQUESTS as u64 {
            requests.ask(request(number)).expect("room");
        }
        let busy = Err(Reply::Failed(Failure::Busy));
        assert_eq!(requests.ask(request(9_999)), busy);
        let answer = silent.0.lock().expect("one thread").pop().expect("a request");
        answer.give(Reply::NotFound);
        assert_eq!(requests.ask(request(9_999)), busy, "the reply is still to be taken");
        assert!(requests.next().await.is_some());
        requests.ask(request(9_999)).expect("room again");
    }
}
