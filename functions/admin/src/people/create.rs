//! An account that an administrator makes.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use domain::credential::PasswordCredential;
use domain::event::{EventKind, Personal, Subject, kept_identifier};
use domain::identifier::Canonical;
use domain::profile::ProfileField;
use domain::roster::RoleName;
use domain::tenant::Tenant;
use domain::user::User;
use domain::{GroupId, Secret, UserId};
use runtime::Failure;
use runtime::people::KeyOwner;
use runtime::provision::{self, NewPassword, NotCreated};
use serde::{Deserialize, Serialize};
use store::once::Made;
use store::{NewUser, UserCreation};
use utoipa::ToSchema;

use super::edit::{UserSaid, entered, taken, unfit};
use super::{UserShown, find};
use crate::access::{Act, Thing};
use crate::arrival::{Arrived, Making};
use crate::came::{Answer, Done, New};
use crate::documentation::{IdempotencyKey, NotChanged};
use crate::problem::{Problem, Refused, broken};
use crate::tenants::OfTenant;

/// A person to be. Without a password they set one by the link for those who forgot theirs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
pub(crate) struct UserAsked {
    /// Name to sign in with.
    #[schema(max_length = 64)]
    username: Option<String>,
    /// Address.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// Whether the address is proved.
    email_verified: Option<bool>,
    /// Standard claims: `name`, `given_name`, `family_name`, `nickname`, `website`, `birthdate`, `zoneinfo`, `locale`.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    profile: BTreeMap<ProfileField, Option<String>>,
    /// The tenant's own attributes.
    #[serde(default, deserialize_with = "entered")]
    #[schema(value_type = Object)]
    attributes: BTreeMap<String, String>,
    /// The ids of their groups.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    groups: BTreeSet<GroupId>,
    /// The roles that they have beside those of their groups.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    roles: BTreeSet<RoleName>,
    /// The `sub` that they had elsewhere, for good: visible ASCII, nobody's before.
    #[schema(max_length = 255)]
    sub: Option<String>,
    /// Whether a password is drawn that is good for one sign-in, at which they choose another.
    #[serde(default)]
    temporary_password: bool,
    /// The hash of the password that they had elsewhere: Argon2, bcrypt, PBKDF2, scrypt or SHA-crypt.
    #[schema(value_type = Option<String>)]
    password_hash: Option<Secret<String>>,
}

/// A person who was made.
#[derive(Serialize, ToSchema)]
#[schema(as = NewUserShown)]
pub(crate) struct UserMade {
    #[serde(flatten)]
    user: UserShown,
    /// The password that was drawn, which is told this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    temporary_password: Option<String>,
}

impl UserAsked {
    fn said(&mut self) -> UserSaid {
        UserSaid {
            username: self.username.take(),
            email: self.email.take(),
            email_verified: self.email_verified,
            profile: std::mem::take(&mut self.profile),
            attributes: std::mem::take(&mut self.attributes),
            groups: Some(std::mem::take(&mut self.groups)),
            roles: Some(std::mem::take(&mut self.roles)),
        }
    }
}

/// Makes an account.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/users", tag = "users", params(OfTenant, IdempotencyKey), request_body = UserAsked,
    responses((status = 201, body = UserMade, headers(("ETag" = String), ("Location" = String))), NotChanged)
)]
pub(crate) async fn create_user(at: Arrived, Path(_): Path<OfTenant>, New { body: mut asked, key }: New<UserAsked>) -> Answer<UserMade> {
    at.may(Act::CreatePerson, Thing::Tenant)?;
    // A `sub` that was given is claimed even where it is the id: it may have been somebody's who is gone.
    let given = asked.sub.is_some();
    let making = at.making("user", key);
    let drawn = UserId::from_random(at.bits(making.as_ref())?);
    let user = person(&at, &at.standing().await?, (&mut asked, drawn))?;
    let temporary = asked.temporary_password.then(|| drawn_password(&at, making.as_ref())).transpose()?;
    let password = credential(&at, &user, (temporary.as_ref(), asked.password_hash)).await?;
    let mut claims = at.tenant.claims_of(&user)?;
    if given && user.sub == user.id.as_str() {
        claims.push(at.tenant.claim(&Canonical::subject(&user.sub).map_err(broken)?)?);
    }
    let (key, user_key) = at.tenant.make_personal_key(KeyOwner::User(&user.id), &*at.deps.random, at.now)?;
    let identifier = user.email.as_ref().map(|email| kept_identifier(&email.address));
    let personal = Personal { identifier, ..Personal::default() };
    let event = at.tenant.event_under(&key, Subject::User(user.id.clone()), (EventKind::user_created(), personal), at.drawn())?.done_by(at.actor());
    let new = NewUser { user, password, claims, user_key };
    let home = at.home()?;
    let made = match &making {
        Some(making) => home.create_user_once(&new, &making.request, &event).await?,
        None => Made::Now(home.create_user(&new, &event).await?),
    };
    let user = match made {
        Made::Now(UserCreation::Created) => new.user,
        Made::Now(UserCreation::Taken(kind)) => return Err(taken(kind).into()),
        Made::Now(UserCreation::Exists) => return Err(Problem::Taken("sub").into()),
        Made::Before => find(&at, &new.user.id).await?,
        Made::OtherRequest => return Err(Problem::OtherRequest.into()),
    };
    let place = at.path(&format!("/users/{}", user.id));
    let temporary_password = temporary.map(|password| password.expose().clone());
    Ok(Done::Made(UserMade { user: (&user).into(), temporary_password }, user.version, place))
}

fn person(at: &Arrived, tenant: &Tenant, (asked, drawn): (&mut UserAsked, UserId)) -> Result<User, Problem> {
    let sub = asked.sub.take();
    let blank = User::of_sub(sub.as_deref(), drawn, at.now).map_err(|invalid| Problem::Unfit("sub", invalid.to_string()))?;
    let said = asked.said();
    let edited = blank.edited(tenant, &said.edit(), at.now).map_err(|invalid| unfit(&invalid))?;
    Ok(User { version: 1, ..edited.unwrap_or(blank) })
}

// 80 bits that somebody can read out over the telephone.
fn drawn_password(at: &Arrived, making: Option<&Making>) -> Result<Secret<String>, Failure> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bits = at.secret_bits(making)?;
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    let groups: Vec<String> = bits[..16].chunks(4).map(|four| four.iter().map(letter).collect()).collect();
    Ok(Secret::new(groups.join("-")))
}

async fn credential(
    at: &Arrived,
    user: &User,
    (temporary, hash): (Option<&Secret<String>>, Option<Secret<String>>),
) -> Result<Option<PasswordCredential>, Refused> {
    let password = match (temporary, hash) {
        (None, None) => return Ok(None),
        (Some(password), None) => NewPassword::Chosen(password.clone()),
        (None, Some(hash)) => NewPassword::Imported(hash),
        (Some(_), Some(_)) => return Err(Problem::Unfit("password_hash", "a hash, or a temporary password".to_owned()).into()),
    };
    let stored = provision::stored_password(&at.tenant, &password, at.drawn()).await.map_err(not_stored)?;
    let sealed = at.tenant.seal_password_hash(&user.id, &stored, at.deps.random.bytes())?;
    let first = PasswordCredential::first(sealed, at.now);
    // What somebody else knows is good for one sign-in.
    Ok(Some(if temporary.is_some() { PasswordCredential { outlived_at: Some(at.now), ..first } } else { first }))
}

fn not_stored(reason: NotCreated) -> Refused {
    match reason {
        NotCreated::Failure(failure) => failure.into(),
        reason @ (NotCreated::Hash(_) | NotCreated::TooManyKinds | NotCreated::Identifier(_)) => {
            Problem::Unfit("password_hash", reason.to_string()).into()
        }
    }
}
