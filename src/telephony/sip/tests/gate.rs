//! Strangers at the door of the adapter: who is answered, who is not, and what it costs to guess.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::time::timeout;

use super::phone::Phone;
use super::{Node, Password};
use crate::telephony::sip::Network;

/// How long nothing must come back before that counts as no answer.
const SILENCE: Duration = Duration::from_millis(150);

/// Whether the phone's request is answered with anything.
async fn is_answered(phone: &mut Phone, method: &str, extra: &str) -> bool {
    phone.outside(method, extra).await;
    timeout(SILENCE, phone.receive()).await.is_ok()
}

#[tokio::test]
async fn who_is_on_no_list_hears_nothing_and_phones_may_register() {
    let node = Node::start(|_| ());
    let mut phone = Phone::new("201", node.address).await;
    for method in ["OPTIONS", "INVITE", "MESSAGE", "SUBSCRIBE", "BYE", "CANCEL", "PUBLISH"] {
        assert!(!is_answered(&mut phone, method, "").await, "{method}");
    }
    let scanner = "User-Agent: friendly-scanner\r\n";
    assert!(!is_answered(&mut phone, "REGISTER", scanner).await, "a scanner");
    phone.send("not SIP at all").await;
    assert_eq!(phone.register("rahasia-201", 60).await.status(), 200);
    // Who has registered is no stranger.
    phone.outside("OPTIONS", "").await;
    phone.expect(200).await;
}

#[tokio::test]
async fn without_phones_that_register_strangers_hear_nothing_at_all() {
    let somewhere = Network::new(Ipv4Addr::new(192, 0, 2, 0).into(), 24);
    for (name, node) in [
        ("no users", Node::start(|settings| settings.users.clear())),
        ("from elsewhere", Node::start(|settings| settings.agents_from = vec![somewhere])),
    ] {
        let mut phone = Phone::new("201", node.address).await;
        assert!(!is_answered(&mut phone, "REGISTER", "").await, "{name}");
    }
}

#[tokio::test]
async fn the_right_password_from_the_wrong_network_is_forbidden() {
    let node = Node::start(|settings| {
        settings.guard.answer_strangers = true;
        settings.agents_from = vec![Network::new(Ipv4Addr::new(192, 0, 2, 0).into(), 24)];
    });
    let mut phone = Phone::new("201", node.address).await;
    assert_eq!(phone.register("rahasia-201", 60).await.status(), 403);
}

#[tokio::test]
async fn five_wrong_passwords_are_followed_by_silence_for_that_user() {
    let node = Node::start(|settings| {
        settings.users.insert("202".into(), Password::new("rahasia-202"));
    });
    let mut phone = Phone::new("201", node.address).await;
    for _ in 0..5 {
        assert_eq!(phone.register("salah", 60).await.status(), 401);
    }
    assert!(!is_answered(&mut phone, "REGISTER", "").await);
    let mut other = Phone::new("202", node.address).await;
    assert_eq!(other.register("rahasia-202", 60).await.status(), 200, "another user may try");
}

#[tokio::test]
async fn wrong_passwords_behind_a_phone_that_is_there_lock_nobody_out() {
    let node = Node::start(|settings| {
        settings.users.insert("202".into(), Password::new("rahasia-202"));
    });
    let mut phone = Phone::new("201", node.address).await;
    assert_eq!(phone.register("rahasia-201", 60).await.status(), 200);
    let mut mistaken = Phone::new("202", node.address).await;
    for _ in 0..20 {
        assert_eq!(mistaken.register("salah", 60).await.status(), 401);
    }
    assert_eq!(mistaken.register("rahasia-202", 60).await.status(), 200);
}

#[tokio::test]
async fn five_users_that_do_not_exist_are_followed_by_silence_for_the_source() {
    let node = Node::start(|_| ());
    for user in ["300", "301", "302", "303", "304"] {
        let mut phone = Phone::new(user, node.address).await;
        assert_eq!(phone.register("rahasia", 60).await.status(), 401, "{user}");
    }
    let mut phone = Phone::new("201", node.address).await;
    assert!(!is_answered(&mut phone, "REGISTER", "").await);
}
