//! The functions in this process, each with what stands before it when it is deployed, on the thread that asks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use cloud::egress::Guarded;
use runtime::{Platform, front};
use tower::ServiceExt;

use crate::Error;
use crate::requests::{Answer, Asked};
use crate::stopwatch::{thread_cpu, thread_cpu_since};

/// How often a thread is given back after an answer, so that connections finish what they have to do. It counts as the flow's.
const YIELDS: usize = 2;

/// The functions that answer HTTP, by the paths of their routes.
pub struct Functions {
    routes: BTreeMap<&'static str, Router>,
}

impl Functions {
    /// Functions on one platform, with nothing in memory.
    pub fn new(platform: &Platform) -> Self {
        let function = |router: Router| front(router, platform);
        let discovery = function(discovery::router(discovery::Deps::new(platform)));
        let sign_in = function(sign_in::router(sign_in::Deps::new(platform, Arc::new(Guarded))));
        let routes = [
            ("/.well-known/openid-configuration", discovery.clone()),
            ("/jwks", discovery),
            ("/authorize", function(authorize::router(authorize::Deps::new(platform)))),
            ("/introspect", function(introspect::router(introspect::Deps::new(platform)))),
            ("/logout", function(logout::router(logout::Deps::new(platform)))),
            ("/revoke", function(revoke::router(revoke::Deps::new(platform)))),
            ("/par", function(par::router(par::Deps::new(platform)))),
            ("/sign-in", sign_in.clone()),
            ("/consent", sign_in),
            ("/token", function(token::router(token::Deps::new(platform)))),
            ("/userinfo", function(userinfo::router(userinfo::Deps::new(platform)))),
        ];
        Self { routes: BTreeMap::from(routes) }
    }

    /// Answers a request.
    pub async fn answer(&self, asked: &Asked) -> Result<Answer, Error> {
        Ok(self.measure(asked).await?.0)
    }

    /// Answers a request, and says what CPU it took this thread.
    pub async fn measure(&self, asked: &Asked) -> Result<(Answer, Duration), Error> {
        let function = self.routes.get(asked.path()).ok_or("no function has this path")?.clone();
        let request = asked.request()?;
        let before = thread_cpu();
        let response = function.oneshot(request).await?;
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await?;
        for _ in 0..YIELDS {
            tokio::task::yield_now().await;
        }
        let cpu = thread_cpu_since(before);
        Ok((Answer { status: parts.status, headers: parts.headers, body }, cpu))
    }
}
