//! Events that functions answer with what they are there for, each a fresh one: codes and states are good once.

use std::fs;

use http::StatusCode;
use serde_json::{Value, json};
use testkit::embedded::StreamPosition;

use super::aws::Sent;
use crate::Error;
use crate::ground::{App, Ground, PASSWORD, PERSON};
use crate::requests::{Asked, Browser};
use crate::scene;
use crate::warm::Functions;

/// Makes events.
pub(super) struct Occasions<'a> {
    ground: &'a Ground,
    functions: Functions,
    /// Somebody is signed in here.
    browser: Browser,
    networks: u16,
    stream: StreamPosition,
    nudge: Option<String>,
    request: Value,
    message: Value,
    schedule: Value,
}

impl<'a> Occasions<'a> {
    pub(super) async fn new(ground: &'a Ground) -> Result<Self, Error> {
        let mut occasions = Self {
            ground,
            functions: Functions::new(&ground.platform),
            browser: Browser::default(),
            networks: 0,
            stream: StreamPosition::default(),
            nudge: None,
            request: sample("authorize.get")?,
            message: sample("deliver.nudge")?,
            schedule: sample("webhook-retry.every-minute")?,
        };
        occasions.browser = occasions.enter().await?;
        Ok(occasions)
    }

    /// An event for a function.
    pub(super) async fn event(&mut self, function: &str) -> Result<Value, Error> {
        let asked = match function {
            "account" => Asked::get("/sign-up"),
            "authorize" | "hello" => Browser::default().authorize(App::Trusted),
            "discovery" => Asked::get("/.well-known/openid-configuration"),
            "logout" => Asked::get("/logout"),
            "par" => Asked::pushed(App::Trusted),
            "sign-in" => return self.sign_in().await,
            "token" => self.token().await?,
            "userinfo" => {
                let answer = self.functions.answer(&self.token().await?).await?;
                Asked::userinfo(&answer.access_token()?)
            }
            "introspect" => self.about("/introspect").await?,
            "revoke" => self.about("/revoke").await?,
            "relay" => return self.stream_record().await,
            "deliver" => return self.nudge(),
            "key-rotation" | "transfer" | "webhook-retry" => return Ok(self.schedule.clone()),
            other => return Err(format!("no event for {other}: infra/bench/src/cold/occasions.rs makes them").into()),
        };
        Ok(asked.event(&self.request))
    }

    /// A filled-in sign-in page of a browser that nobody used before.
    pub(super) async fn sign_in(&mut self) -> Result<Value, Error> {
        Ok(self.attempt().await?.1.event(&self.request))
    }

    async fn attempt(&mut self) -> Result<(Browser, Asked), Error> {
        self.networks += 1;
        let mut browser = Browser::of_network(self.networks);
        let page = self.functions.answer(&browser.authorize(App::Trusted)).await?.expect(StatusCode::OK)?;
        browser.keep_cookies(&page);
        let asked = browser.sign_in(&page.hidden_state()?, PERSON, PASSWORD);
        Ok((browser, asked))
    }

    async fn enter(&mut self) -> Result<Browser, Error> {
        let (mut browser, asked) = self.attempt().await?;
        let answer = self.functions.answer(&asked).await?.expect(StatusCode::SEE_OTHER)?;
        browser.keep_cookies(&answer);
        Ok(browser)
    }

    async fn token(&self) -> Result<Asked, Error> {
        let code = self.functions.answer(&self.browser.authorize(App::Trusted)).await?.code()?;
        Ok(Asked::token(App::Trusted, &code))
    }

    async fn about(&self, path: &'static str) -> Result<Asked, Error> {
        let answer = self.functions.answer(&self.token().await?).await?;
        Ok(Asked::about(path, App::Trusted, &answer.access_token()?))
    }

    // A sign-in from a new browser is an event that causes a mail.
    async fn stream_record(&mut self) -> Result<Value, Error> {
        self.enter().await?;
        let mut last = None;
        loop {
            let mut records = self.ground.embedded.stream_records("events", &mut self.stream, 100)?;
            match records.pop() {
                Some(record) => last = Some(record),
                None => break,
            }
        }
        Ok(json!({ "Records": [last.ok_or("the sign-in left no event")?] }))
    }

    fn nudge(&self) -> Result<Value, Error> {
        let mut message = self.message.clone();
        message["Records"][0]["body"] = json!(self.nudge.as_ref().ok_or("nobody sent a nudge")?);
        Ok(message)
    }

    /// Keeps what `deliver` is to be asked about.
    pub(super) fn remember(&mut self, sent: Vec<Sent>) {
        for sent in sent {
            if let Sent::Nudge(body) = sent {
                self.nudge = Some(body);
            }
        }
    }
}

fn sample(name: &str) -> Result<Value, Error> {
    let text = fs::read_to_string(scene::repository().join("events").join(format!("{name}.json")))?;
    Ok(serde_json::from_str(&text)?)
}

/// Whether an answer is that of a function which did what it is there for.
pub(super) fn is_real(function: &str, answer: &Value, sent: &[Sent]) -> bool {
    let all_worked_off = answer["batchItemFailures"].as_array().is_some_and(Vec::is_empty);
    match function {
        "par" => answer["statusCode"] == 201,
        "sign-in" => answer["statusCode"] == 303,
        "relay" => all_worked_off && sent.iter().any(|sent| matches!(sent, Sent::Nudge(_))),
        "deliver" => all_worked_off && sent.contains(&Sent::Mail),
        "key-rotation" => answer["looked"].is_u64(),
        "transfer" => answer["taken"].is_u64(),
        "webhook-retry" => answer["nudged"].is_u64(),
        _ => answer["statusCode"] == 200,
    }
}
