//! The flows, each asked for many times; what leads up to a request is asked for before the clock runs.

use std::sync::Arc;
use std::time::Duration;

use domain::policy;
use http::StatusCode;
use testkit::FixedClock;

use super::tables::Tables;
use super::units::{Signature, WarmArgon2id};
use super::{Functions, Samples};
use crate::Error;
use crate::ground::{App, Ground, PASSWORD, PERSON};
use crate::requests::{Asked, Browser};

/// Requests of each flow before the first that counts.
const WARM_UP: usize = 20;
/// Accounts that somebody guesses at.
const GUESSED_AT: usize = 4;
/// Guesses at each, well below the number that makes strangers wait.
const GUESSES: usize = policy::ACCOUNT_FAILURES as usize - 10;

/// What every flow costs.
pub struct Costs {
    /// `GET /.well-known/openid-configuration`.
    pub discovery: Samples,
    /// `GET /jwks`.
    pub jwks: Samples,
    /// An authorization request with a live session: a code.
    pub live_session: Samples,
    /// One without: the sign-in page.
    pub without_session: Samples,
    /// The right password from a new browser: a session and a code. Argon2id apart.
    pub sign_in: Samples,
    /// Wrong passwords.
    pub refusals: Refusals,
    /// Consent given: a code.
    pub consent: Samples,
    /// A code redeemed, ID token by ES256.
    pub token: Samples,
    /// The same by RS256.
    pub token_rs256: Samples,
    /// A refresh token used, ID token by ES256.
    pub refresh: Samples,
    /// A token that an app gets as itself.
    pub client_credentials: Samples,
    /// A request pushed.
    pub pushed: Samples,
    /// Userinfo.
    pub userinfo: Samples,
    /// Introspection of a live access token.
    pub introspect: Samples,
    /// A refresh token given back.
    pub revoke: Samples,
    /// A session ended by its ID token's hint.
    pub logout: Samples,
    /// One read of a flow, through the tables' client alone.
    pub read: Samples,
    /// One transaction of a flow, through the tables' client alone.
    pub transaction: Samples,
}

/// What a wrong password costs, by whether the account exists.
#[derive(Clone, Debug, Default)]
pub struct Refusals {
    /// It exists.
    pub known: Samples,
    /// It doesn't.
    pub unknown: Samples,
    /// One Argon2id between them.
    pub argon2id: Samples,
}

/// Measures every flow, the cheap ones `times` over.
pub async fn measure(times: usize) -> Result<Costs, Error> {
    let guessed_at: Vec<_> = (0..GUESSED_AT).map(guessed_at).collect();
    // A clock that stands keeps the tenant fresh: no reading again in between.
    let ground = Ground::seeded(Arc::new(FixedClock::default()), &guessed_at).await?;
    let tables = Tables::of(&ground.platform).await?;
    let mut run = Run { functions: Functions::new(&ground.platform), tables, signature: Signature::new()?, browser: Browser::default(), times };
    run.enter().await?;
    Ok(Costs {
        discovery: run.repeat(StatusCode::OK, async |_| Ok(Asked::get("/.well-known/openid-configuration"))).await?,
        jwks: run.repeat(StatusCode::OK, async |_| Ok(Asked::get("/jwks"))).await?,
        live_session: run.repeat(StatusCode::SEE_OTHER, async |_| Ok(run.browser.authorize(App::Trusted))).await?,
        without_session: run.repeat(StatusCode::OK, async |_| Ok(Browser::default().authorize(App::Trusted))).await?,
        sign_in: run.sign_in().await?,
        refusals: run.refusals().await?,
        consent: run.consent().await?,
        token: run.token(App::Trusted).await?,
        token_rs256: run.token(App::TrustedRs256).await?,
        refresh: run.refresh().await?,
        client_credentials: run.repeat(StatusCode::OK, async |_| Ok(Asked::client_credentials(App::Machine))).await?,
        pushed: run.repeat(StatusCode::CREATED, async |_| Ok(Asked::pushed(App::Trusted))).await?,
        userinfo: run.userinfo().await?,
        introspect: run.introspect().await?,
        revoke: run.repeat(StatusCode::OK, async |_| Ok(Asked::about("/revoke", App::Offline, &run.refresh_token().await?))).await?,
        logout: run.logout().await?,
        read: run.alone(async |tables, _| tables.read().await).await?,
        transaction: run.alone(async |tables, number| tables.transaction(number).await).await?,
    })
}

fn guessed_at(number: usize) -> String {
    format!("guessed-{number}")
}

struct Run {
    functions: Functions,
    tables: Tables,
    signature: Signature,
    /// Somebody is signed in here.
    browser: Browser,
    times: usize,
}

impl Run {
    async fn enter(&mut self) -> Result<(), Error> {
        let asked = attempt(&self.functions, &mut self.browser, (PERSON, PASSWORD)).await?;
        let answer = self.functions.answer(&asked).await?.expect(StatusCode::SEE_OTHER)?;
        self.browser.keep_cookies(&answer);
        Ok(())
    }

    /// Asks for one flow again and again; `prepare` says what is asked next.
    async fn repeat(&self, status: StatusCode, mut prepare: impl AsyncFnMut(usize) -> Result<Asked, Error>) -> Result<Samples, Error> {
        let mut samples = Samples::default();
        for number in 0..WARM_UP + self.times {
            let asked = prepare(number).await?;
            let (answer, cpu) = self.functions.measure(&asked).await?;
            answer.expect(status)?;
            let signature = self.signature.cost()?;
            if number >= WARM_UP {
                samples.add(cpu, signature);
            }
        }
        Ok(samples)
    }

    // Two Argon2id around each flow are what is taken off it, so that a slow moment is slow for all three.
    async fn sign_in(&self) -> Result<Samples, Error> {
        let mut samples = Samples::default();
        let mut argon2id = WarmArgon2id::new(PASSWORD);
        for number in 0..GUESSED_AT * GUESSES {
            let mut browser = Browser::of_network(u16::try_from(number)?);
            let asked = attempt(&self.functions, &mut browser, (PERSON, PASSWORD)).await?;
            let before = argon2id.cost()?;
            let (answer, cpu) = self.functions.measure(&asked).await?;
            let after = argon2id.cost()?;
            answer.expect(StatusCode::SEE_OTHER)?.code()?;
            samples.add(cpu.saturating_sub((before + after) / 2), self.signature.cost()?);
        }
        Ok(samples)
    }

    async fn refusals(&self) -> Result<Refusals, Error> {
        let mut refusals = Refusals::default();
        let mut argon2id = WarmArgon2id::new("a wrong password");
        for number in 0..GUESSED_AT * GUESSES {
            let network = u16::try_from(number)?;
            for (name, samples) in [(guessed_at(number % GUESSED_AT), &mut refusals.known), (format!("nobody-{number}"), &mut refusals.unknown)] {
                let mut browser = Browser::of_network(network);
                let asked = attempt(&self.functions, &mut browser, (&name, "a wrong password")).await?;
                let (answer, cpu) = self.functions.measure(&asked).await?;
                answer.expect(StatusCode::FORBIDDEN)?;
                samples.add(cpu, self.signature.cost()?);
            }
            refusals.argon2id.add(argon2id.cost()?, self.signature.cost()?);
        }
        Ok(refusals)
    }

    /// Measures a call of the tables' client again and again.
    async fn alone(&self, mut call: impl AsyncFnMut(&Tables, usize) -> Result<Duration, Error>) -> Result<Samples, Error> {
        let mut samples = Samples::default();
        for number in 0..WARM_UP + self.times {
            let cpu = call(&self.tables, number).await?;
            let signature = self.signature.cost()?;
            if number >= WARM_UP {
                samples.add(cpu, signature);
            }
        }
        Ok(samples)
    }

    async fn consent(&self) -> Result<Samples, Error> {
        // One page may be posted again: what is given is remembered already, which costs the reading of one more row.
        let page = self.functions.answer(&self.browser.authorize(App::Asking)).await?.expect(StatusCode::OK)?;
        let state = page.hidden_state()?;
        self.repeat(StatusCode::SEE_OTHER, async |_| Ok(self.browser.consent(&state))).await
    }

    async fn token(&self, app: App) -> Result<Samples, Error> {
        self.repeat(StatusCode::OK, async |_| Ok(Asked::token(app, &self.code(app).await?))).await
    }

    async fn userinfo(&self) -> Result<Samples, Error> {
        let asked = Asked::token(App::Trusted, &self.code(App::Trusted).await?);
        let access_token = self.functions.answer(&asked).await?.access_token()?;
        self.repeat(StatusCode::OK, async |_| Ok(Asked::userinfo(&access_token))).await
    }

    async fn introspect(&self) -> Result<Samples, Error> {
        let asked = Asked::token(App::Trusted, &self.code(App::Trusted).await?);
        let access_token = self.functions.answer(&asked).await?.access_token()?;
        self.repeat(StatusCode::OK, async |_| Ok(Asked::about("/introspect", App::Trusted, &access_token))).await
    }

    // Each answer's refresh token is the next request's.
    async fn refresh(&self) -> Result<Samples, Error> {
        let mut samples = Samples::default();
        let mut refresh_token = self.refresh_token().await?;
        for number in 0..WARM_UP + self.times {
            let (answer, cpu) = self.functions.measure(&Asked::refresh(App::Offline, &refresh_token)).await?;
            refresh_token = answer.expect(StatusCode::OK)?.text_of("refresh_token")?;
            let signature = self.signature.cost()?;
            if number >= WARM_UP {
                samples.add(cpu, signature);
            }
        }
        Ok(samples)
    }

    async fn refresh_token(&self) -> Result<String, Error> {
        let asked = Asked::token(App::Offline, &self.code(App::Offline).await?);
        self.functions.answer(&asked).await?.text_of("refresh_token")
    }

    // Each session is ended once, so it is as rare as a sign-in.
    async fn logout(&self) -> Result<Samples, Error> {
        let mut samples = Samples::default();
        for number in 0..GUESSED_AT * GUESSES {
            let mut browser = Browser::of_network(u16::try_from(number)?);
            let asked = attempt(&self.functions, &mut browser, (PERSON, PASSWORD)).await?;
            let arrived = self.functions.answer(&asked).await?.expect(StatusCode::SEE_OTHER)?;
            browser.keep_cookies(&arrived);
            let id_token = self.functions.answer(&Asked::token(App::Trusted, &arrived.code()?)).await?.text_of("id_token")?;
            let (answer, cpu) = self.functions.measure(&browser.log_out(&id_token)).await?;
            answer.expect(StatusCode::OK)?;
            samples.add(cpu, self.signature.cost()?);
        }
        Ok(samples)
    }

    async fn code(&self, app: App) -> Result<String, Error> {
        self.functions.answer(&self.browser.authorize(app)).await?.code()
    }
}

/// Opens the sign-in page and fills it in.
async fn attempt(functions: &Functions, browser: &mut Browser, (username, password): (&str, &str)) -> Result<Asked, Error> {
    let page = functions.answer(&browser.authorize(App::Trusted)).await?.expect(StatusCode::OK)?;
    browser.keep_cookies(&page);
    Ok(browser.sign_in(&page.hidden_state()?, username, password))
}
