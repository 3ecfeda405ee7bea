//! The functions that are compiled in, by their folder below `functions/`. A new function gets a line here.

use std::sync::Arc;

use axum::Router;
use cloud::egress::Guarded;
use cloud::queue::Nudges;
use futures_util::FutureExt;
use runtime::{Platform, admin_front, front};

use crate::deployed::Senders;
use crate::queue::QueueFunction;
use crate::schedule::ScheduledFunction;
use crate::streams::StreamFunction;

/// The code of a function that answers HTTP, with what stands before it.
pub fn answering(folder: &str, platform: &Platform) -> Option<Router> {
    let router = match folder {
        "admin" => return Some(admin_front(admin::router(admin::Deps::new(platform)), platform)),
        "account" => account::router(account::Deps::new(platform)),
        "authorize" => authorize::router(authorize::Deps::new(platform)),
        "discovery" => discovery::router(discovery::Deps::new(platform)),
        "logout" => logout::router(logout::Deps::new(platform)),
        "introspect" => introspect::router(introspect::Deps::new(platform)),
        "revoke" => revoke::router(revoke::Deps::new(platform)),
        "par" => par::router(par::Deps::new(platform)),
        "sign-in" => sign_in::router(sign_in::Deps::new(platform, Arc::new(Guarded))),
        "token" => token::router(token::Deps::new(platform)),
        "userinfo" => userinfo::router(userinfo::Deps::new(platform)),
        _ => return None,
    };
    Some(front(router, platform))
}

/// The code of a function that follows a stream.
pub fn following(folder: &str, platform: &Platform, nudges: Arc<dyn Nudges>) -> Option<StreamFunction> {
    match folder {
        "relay" => {
            let deps = Arc::new(relay::Deps::new(platform, nudges));
            Some(Arc::new(move |event| {
                let deps = Arc::clone(&deps);
                async move { relay::receive(&deps, event).await }.boxed()
            }))
        }
        _ => None,
    }
}

/// The code of a function that consumes a queue.
pub fn consuming(folder: &str, platform: &Platform, senders: &Senders, nudges: Arc<dyn Nudges>) -> Option<QueueFunction> {
    match folder {
        "deliver" => {
            let (mailer, texter) = (Arc::clone(&senders.mailer), Arc::clone(&senders.texter));
            let deps = Arc::new(deliver::Deps::new(platform, mailer, texter, nudges, Arc::new(Guarded)));
            Some(Arc::new(move |event| {
                let deps = Arc::clone(&deps);
                async move { deliver::receive(&deps, event).await }.boxed()
            }))
        }
        _ => None,
    }
}

/// The code of a function that is woken by the clock.
pub fn woken(folder: &str, platform: &Platform, nudges: Arc<dyn Nudges>) -> Option<ScheduledFunction> {
    match folder {
        "key-rotation" => {
            let deps = Arc::new(key_rotation::Deps::new(platform));
            Some(Arc::new(move || {
                let deps = Arc::clone(&deps);
                async move { key_rotation::turn(&deps).await.map(drop).map_err(|failure| failure.to_string()) }.boxed()
            }))
        }
        "transfer" => {
            let deps = Arc::new(transfer::Deps::new(platform));
            Some(Arc::new(move || {
                let deps = Arc::clone(&deps);
                async move { transfer::work(&deps).await.map(drop).map_err(|failure| failure.to_string()) }.boxed()
            }))
        }
        "webhook-retry" => {
            let deps = Arc::new(webhook_retry::Deps::new(platform, nudges));
            Some(Arc::new(move || {
                let deps = Arc::clone(&deps);
                async move { webhook_retry::sweep(&deps).await.map(drop).map_err(|failure| failure.to_string()) }.boxed()
            }))
        }
        _ => None,
    }
}
