//! People who are brought over when they first sign in: the tenant's hook is asked about whom nobody here knows, and what it says makes their account.
//!
//! SECURITY: every sign-in that such a tenant refuses has asked the hook once. Where somebody here has the name, it is asked about a name and a
//! password that nobody has, so that neither answer, time nor the hook's absence tells who has an account here; nothing of theirs leaves the platform.

use cloud::egress::{EgressError, Question, Targets};
use crypto::{base64url, webhook};
use domain::credential::PasswordCredential;
use domain::event::{CreatedBy, EventKind, Personal, Subject, kept_identifier};
use domain::identifier::{Canonical, IdentifierKind};
use domain::migration::{self as decision, Accepted, MigrationHook, Reply, Told};
use domain::sign_in::Refusal;
use domain::{Secret, UserId, policy};
use runtime::people::KeyOwner;
use runtime::{Failure, Random};
use store::{Account, NewUser, UserCreation};

use crate::account::{self, Named};
use crate::sign_in::Attempt;
use crate::{Deps, password};

/// What became of somebody whose sign-in nothing here allows.
pub(crate) enum BroughtOver {
    /// The tenant has no hook.
    NotAsked,
    /// They stay out.
    Refused(Refusal),
    /// Their account stands now.
    Made(Box<Account>),
    /// The account of that name stands since a moment ago.
    Before(Box<Account>),
}

/// Asks the hook, where there is one, and makes an account of whom it knows.
pub(crate) async fn bring_over(
    deps: &Deps,
    attempt: &Attempt<'_>,
    named: &Named,
    (account, refused): (&Account, Refusal),
    typed: &str,
) -> Result<BroughtOver, Failure> {
    let Some(hook) = &attempt.tenant.record().migration.hook else { return Ok(BroughtOver::NotAsked) };
    let is_unknown = account.user.is_none() && Canonical::typed(&named.typed).is_ok();
    if !is_unknown {
        let (nobody, anything) = nobody_like(&named.typed, &*deps.random);
        let heard = ask(deps, attempt, hook, decision::Question { identifier: &nobody, password: &anything }).await?;
        return Ok(BroughtOver::Refused(if heard == Heard::Nothing { Refusal::NobodyToAsk } else { refused }));
    }
    match ask(deps, attempt, hook, decision::Question { identifier: &named.typed, password: typed }).await? {
        Heard::Nothing => Ok(BroughtOver::Refused(Refusal::NobodyToAsk)),
        Heard::Wrong => Ok(BroughtOver::Refused(refused)),
        Heard::Right(body) => match Told::read(&body).and_then(|told| told.accept(attempt.tenant.record(), &named.typed)) {
            Ok(accepted) => make(deps, attempt, (named, account), &accepted, typed).await,
            Err(reason) => {
                tracing::error!(alarm = "migration_hook_unusable", tenant = attempt.tenant.record().id.as_str(), %reason, "a hook's answer is no person");
                Ok(BroughtOver::Refused(Refusal::NotBroughtOver))
            }
        },
    }
}

// A name of the kind that was typed, and a password: 128 random bits each, which nobody has anywhere.
fn nobody_like(typed: &str, random: &dyn Random) -> (String, String) {
    let [name, password] = [random.bytes::<16>(), random.bytes()].map(base64url::encode);
    // RFC 2606 §2: no address ends so.
    let is_address = Canonical::typed(typed).is_ok_and(|typed| typed.kind() == IdentifierKind::Email);
    (if is_address { format!("{name}@nobody.invalid") } else { name }, password)
}

#[derive(PartialEq, Eq)]
enum Heard {
    Right(Vec<u8>),
    Wrong,
    Nothing,
}

async fn ask(deps: &Deps, attempt: &Attempt<'_>, hook: &MigrationHook, question: decision::Question<'_>) -> Result<Heard, Failure> {
    let json = serde_json::to_string(&question).map(Secret::new).map_err(|error| Failure::Broken(error.to_string()))?;
    let (id, now) = (format!("msg_{}", deps.random.event_id(attempt.now)), attempt.now);
    let secret = attempt.tenant.open_hook_secret(&hook.secret)?;
    let signature = webhook::sign(&secret, &id, now, json.expose()).map_err(|error| Failure::Broken(error.to_string()))?;
    let headers = vec![("webhook-id", id), ("webhook-timestamp", now.seconds().to_string()), ("webhook-signature", signature)];
    let question = Question {
        url: hook.url.as_str().to_owned(),
        targets: Targets::of(attempt.tenant.record().issuer()),
        json,
        headers,
        within: policy::MIGRATION_HOOK,
        answer_max: policy::MIGRATION_ANSWER_MAX,
    };
    let tenant = attempt.tenant.record().id.as_str();
    match deps.egress.ask(&question).await {
        Ok(answer) => match decision::reply(answer.status) {
            Reply::Right => Ok(Heard::Right(answer.body)),
            Reply::Wrong => Ok(Heard::Wrong),
            Reply::Unavailable => {
                tracing::warn!(tenant, status = answer.status, "a hook didn't say");
                Ok(Heard::Nothing)
            }
        },
        Err(EgressError::NotATarget(reason)) => {
            tracing::error!(alarm = "migration_hook_not_called", tenant, %reason, "a hook's address isn't called");
            Ok(Heard::Nothing)
        }
        Err(error) => {
            tracing::warn!(tenant, %error, "a hook didn't say");
            Ok(Heard::Nothing)
        }
    }
}

/// Makes the account: person, key, password, claims and event in one transaction.
async fn make(
    deps: &Deps,
    attempt: &Attempt<'_>,
    (named, account): (&Named, &Account),
    accepted: &Accepted,
    typed: &str,
) -> Result<BroughtOver, Failure> {
    let new = person(deps, attempt, accepted, typed)?;
    let key = attempt.tenant.open_personal_key(KeyOwner::User(&new.user.id), &new.user_key)?;
    let identifier = new.user.email.as_ref().map(|email| kept_identifier(&email.address));
    let personal = Personal { identifier, ..attempt.came.personal() };
    let kind = EventKind::UserCreated { by: CreatedBy::Migration, terms: None };
    let event = attempt.tenant.event_under(&key, Subject::User(new.user.id.clone()), (kind, personal), (&*deps.random, attempt.now))?;
    let home = attempt.tenant.home(attempt.now)?;
    match home.create_user(&new, &event).await? {
        UserCreation::Created => {
            let NewUser { user, password, user_key, .. } = new;
            let made = Account { user: Some(user), password, user_key: Some(user_key), ..account.clone() };
            Ok(BroughtOver::Made(Box::new(made)))
        }
        UserCreation::Exists | UserCreation::Taken(_) => {
            let Some(owner) = home.find_identifier(&named.name.claim).await? else {
                tracing::warn!(tenant = attempt.tenant.record().id.as_str(), "a hook's answer names somebody who has, or had, an account");
                return Ok(BroughtOver::Refused(Refusal::NotBroughtOver));
            };
            Ok(BroughtOver::Before(Box::new(account::read(attempt, named, Some(&owner)).await?)))
        }
    }
}

// SECURITY: the id derives from the address, and the `sub` from the id, which is never given again: whoever was brought over, and has another
// address or no account by now, isn't brought over anew.
fn person(deps: &Deps, attempt: &Attempt<'_>, accepted: &Accepted, typed: &str) -> Result<NewUser, Failure> {
    let (tenant, now) = (attempt.tenant, attempt.now);
    let id = UserId::from_random(tenant.lookup_bits("person brought over", accepted.email().as_str())?);
    let user = accepted.become_person(id, now);
    let sub = Canonical::subject(&user.sub).map_err(|error| Failure::Broken(error.to_string()))?;
    let claims = accepted.identifiers().chain([&sub]).map(|canonical| tenant.claim(canonical)).collect::<Result<_, _>>()?;
    let (_, user_key) = tenant.make_personal_key(KeyOwner::User(&user.id), &*deps.random, now)?;
    let sealed_hash = password::seal(deps, tenant, &user.id, &Secret::new(typed.to_owned()))?;
    Ok(NewUser { user, password: Some(PasswordCredential::first(sealed_hash, now)), claims, user_key })
}
