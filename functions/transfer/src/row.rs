//! A row becomes an account.

use std::collections::BTreeMap;

use crypto::password;
use domain::credential::PasswordCredential;
use domain::event::{CreatedBy, EventKind, Personal, Subject, kept_identifier};
use domain::identifier::Canonical;
use domain::tenant::Tenant;
use domain::transfer::{Header, ImportedRow, Reason, RefusedRow};
use domain::user::User;
use domain::{Secret, UserId};
use runtime::Failure;
use runtime::people::KeyOwner;
use runtime::provision::{self, NotCreated};
use store::{NewUser, PersonKeys, UserCreation};
use tokio::sync::Mutex;

use crate::at::At;

/// What the rows of one turn have in common.
pub(crate) struct Rows {
    header: Header,
    tenant: Tenant,
    // Kinds of hashes of elsewhere that this turn met, and whether the tenant takes them: asked about one after the other, each once.
    kinds: Mutex<BTreeMap<String, bool>>,
}

impl Rows {
    pub(crate) async fn new(at: &At<'_>, header: Header) -> Result<Self, Failure> {
        let tenant = at.standing().await?;
        let kinds = tenant.imported_hashes.iter().map(|kind| (kind.clone(), true)).collect();
        Ok(Self { header, tenant, kinds: Mutex::new(kinds) })
    }

    /// Makes the account of a row, or finds that this very row made it before.
    pub(crate) async fn make(&self, at: &At<'_>, text: &str, line: u64) -> Result<Result<(), RefusedRow>, Failure> {
        let from = ImportedRow { job: at.job.id.clone(), line };
        // The same row has the same id, however often it is read.
        let drawn = UserId::from_random(at.tenant.lookup_bits("id made by an import", &format!("{}|{line}", at.job.id))?);
        let read = at.job.format.read(&self.header, text);
        let person = read.and_then(|row| Ok((row.person(&self.tenant, drawn, from.clone(), at.now())?, row)));
        let (user, row) = match person {
            Ok(person) => person,
            Err(refused) => return Ok(Err(refused)),
        };
        let password = match &row.password_hash {
            None => None,
            Some(hash) => match self.password(at, &user.id, hash).await? {
                Ok(password) => Some(password),
                Err(refused) => return Ok(Err(refused)),
            },
        };
        let mut claims = at.tenant.claims_of(&user)?;
        // A `sub` that was given is claimed even where it is the id: it may have been somebody's who is gone.
        if row.sub.is_some() && user.sub == user.id.as_str() {
            claims.push(at.tenant.claim(&Canonical::subject(&user.sub).map_err(|error| Failure::Broken(error.to_string()))?)?);
        }
        write(at, user, password, (claims, from)).await
    }

    async fn password(&self, at: &At<'_>, user: &UserId, hash: &Secret<String>) -> Result<Result<PasswordCredential, RefusedRow>, Failure> {
        let refused = |why: &dyn std::fmt::Display| Ok(Err(RefusedRow::new(Reason::Hash, &why.to_string())));
        let brought = match password::import(hash.expose()) {
            Ok(brought) => brought,
            Err(unusable) => return refused(&unusable),
        };
        if !self.takes(at, &brought.kind).await? {
            return refused(&NotCreated::TooManyKinds);
        }
        let sealed = at.tenant.seal_password_hash(user, &brought.stored, at.deps.random.bytes())?;
        Ok(Ok(PasswordCredential::first(sealed, at.now())))
    }

    async fn takes(&self, at: &At<'_>, kind: &str) -> Result<bool, Failure> {
        let mut kinds = self.kinds.lock().await;
        if let Some(known) = kinds.get(kind) {
            return Ok(*known);
        }
        let takes = match provision::accept_kind(&at.tenant, kind, (&*at.deps.random, at.now())).await {
            Ok(()) => true,
            Err(NotCreated::Failure(failure)) => return Err(failure),
            Err(NotCreated::TooManyKinds | NotCreated::Hash(_) | NotCreated::Identifier(_)) => false,
        };
        kinds.insert(kind.to_owned(), takes);
        Ok(takes)
    }
}

async fn write(
    at: &At<'_>,
    user: User,
    password: Option<PasswordCredential>,
    (claims, from): (Vec<store::Claim>, ImportedRow),
) -> Result<Result<(), RefusedRow>, Failure> {
    let random = &*at.deps.random;
    let (key, user_key) = at.tenant.make_personal_key(KeyOwner::User(&user.id), random, at.now())?;
    let identifier = user.email.as_ref().map(|email| kept_identifier(&email.address));
    let personal = Personal { identifier, ..Personal::default() };
    let kind = EventKind::UserCreated { by: CreatedBy::Import, terms: None };
    let event = at.tenant.event_under(&key, Subject::User(user.id.clone()), (kind, personal), (random, at.now()))?;
    let event = match &at.job.asked_by {
        Some(actor) => event.done_by(actor.clone()),
        None => event,
    };
    let new = NewUser { user, password, claims, user_key };
    let taken = match at.home()?.create_user(&new, &event).await? {
        UserCreation::Created => return Ok(Ok(())),
        UserCreation::Taken(kind) => kind.as_str(),
        UserCreation::Exists => "sub",
    };
    // The account of a row stands where the row was read before.
    let standing = at.home()?.read_person(&PersonKeys::of(new.user.id.clone())).await?.user;
    let is_of_this_row = standing.is_some_and(|user| user.imported == Some(from));
    Ok(if is_of_this_row { Ok(()) } else { Err(RefusedRow::new(Reason::Taken, taken)) })
}
