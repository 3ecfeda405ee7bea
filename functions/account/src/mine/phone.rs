//! A telephone number: a code is sent to it, and typing the code in the same session makes it the account's.

use std::time::Duration;

use axum::response::Response;
use domain::attempt::{Reservation, window};
use domain::event::{EventKind, Personal, kept_identifier};
use domain::phone::{PhoneCode, PhoneNumber, typed_code};
use domain::policy;
use runtime::{Failure, Refused};
use store::{AttemptKey, UserChange, UserPart};
use web::{Done, Parameters, PhonePart, Section, Wrong};

use super::{Owner, Place, security, told};

/// The account's number, and the one that a code was sent to from this session.
pub(crate) fn part<'o>(owner: &'o Owner<'_>) -> PhonePart<'o> {
    let number = owner.user.profile.phone.as_ref().map(|phone| (phone.number.as_str(), phone.verified));
    PhonePart { number, waiting: open_code(owner).map(|code| code.number.as_str()) }
}

/// Does what one of its forms asks for; `None` where the form is another one.
pub(super) async fn change(owner: &Owner<'_>, form: &Parameters) -> Result<Option<Response>, Refused> {
    if let Some(typed) = form.get("code") {
        return Ok(Some(typed_on_page(owner, typed).await?));
    }
    let (entered, remove) = (form.get("phone"), form.get("remove_phone").is_some());
    if entered.is_none() && !remove {
        return Ok(None);
    }
    // Which telephone codes go to, and whether any does, is for the person alone to say.
    if !owner.is_fresh() {
        return owner.prove_again(Place::Section(Section::Security)).map(Some);
    }
    let (changed, done) = match entered {
        Some(entered) => (ask(owner, entered).await?, Done::PhoneAsked),
        None => (take_away(owner).await?, Done::PhoneRemoved),
    };
    let (owner, said) = told(owner, &changed, done);
    Ok(Some(security::show(owner, Some(&said))?))
}

// The form goes with the last try.
async fn typed_on_page(owner: &Owner<'_>, typed: &str) -> Result<Response, Failure> {
    let proved = prove(owner, typed).await?;
    let tried = |code: &PhoneCode| PhoneCode { attempts: code.attempts + 1, ..code.clone() };
    let before = match &proved {
        Err(Wrong::Code) if typed_code(typed).is_some() => owner.waiting_for(owner.phone_code.as_ref().map(tried)),
        Err(Wrong::CodeOver) => owner.waiting_for(None),
        _ => owner.waiting_for(owner.phone_code.clone()),
    };
    let (owner, said) = told(&before, &proved, Done::PhoneChanged);
    security::show(owner, Some(&said))
}

/// Has a code sent to the number that the person wants.
pub(crate) async fn ask<'a>(owner: &Owner<'a>, entered: &str) -> Result<Result<Owner<'a>, Wrong>, Failure> {
    let number = match owner.user.asking_for_phone(entered) {
        Ok(number) => number,
        Err(problem) => return Ok(Err(Wrong::Phone(problem))),
    };
    if let Err(retry_after) = reserve(owner, &number).await? {
        return Ok(Err(Wrong::Throttled { retry_after }));
    }
    let event = owner.event(EventKind::PhoneChangeRequested, personal(owner, Some(&number), None))?;
    let code = PhoneCode::sent(number, event.id.clone(), owner.session.id.clone(), owner.visitor.now);
    owner.home()?.send_phone_code(&owner.user.id, &code, &event).await?;
    Ok(Ok(owner.waiting_for(Some(code))))
}

/// Counts one more code; how long to wait else, and nothing is sent. What was counted before the count that is used up stays counted.
async fn reserve(owner: &Owner<'_>, number: &PhoneNumber) -> Result<Result<(), Duration>, Failure> {
    let (tenant, window) = (owner.visitor.tenant(), window(owner.visitor.now, policy::SMS_WINDOW));
    let counts = [
        ("sms-person", owner.user.id.as_str(), policy::SMS_PER_PERSON),
        ("sms-number", number.as_str(), policy::SMS_PER_NUMBER),
        ("sms-prefix", number.prefix(), policy::SMS_PER_PREFIX),
    ];
    for (kind, of, max) in counts {
        let key = AttemptKey { identifier: tenant.lookup(kind, of)?, source: kind.to_owned(), window };
        if owner.home()?.reserve_attempt(&key, max).await? == Reservation::Exhausted {
            if kind == "sms-prefix" {
                tracing::error!(alarm = "sms_prefix_exhausted", tenant = tenant.record().id.as_str(), prefix = number.prefix(), "no more codes");
            }
            return Ok(Err(window.ends_at.since(owner.visitor.now)));
        }
    }
    Ok(Ok(()))
}

fn open_code<'o>(owner: &'o Owner<'_>) -> Option<&'o PhoneCode> {
    owner.phone_code.as_ref().filter(|code| code.is_open(&owner.session.id, owner.visitor.now))
}

/// Makes the number the account's, when `typed` is its code. Each comparison is counted before it is made.
pub(crate) async fn prove<'a>(owner: &Owner<'a>, typed: &str) -> Result<Result<Owner<'a>, Wrong>, Failure> {
    let Some(code) = open_code(owner) else { return Ok(Err(Wrong::CodeOver)) };
    let Some(digits) = typed_code(typed) else { return Ok(Err(Wrong::Code)) };
    let (home, now) = (owner.home()?, owner.visitor.now);
    let counted = async { Ok(home.try_phone_code(&owner.user.id, &code.event, now).await?) };
    let (tried, credential_version) = tokio::try_join!(counted, credential_version(owner))?;
    if tried == Reservation::Exhausted {
        return Ok(Err(Wrong::CodeOver));
    }
    let expected = owner.visitor.tenant().code_of(&code.event)?;
    if !crypto::derive::same(expected.expose().as_bytes(), digits.as_bytes()) {
        return Ok(Err(Wrong::Code));
    }
    let next = owner.user.with_proved_phone(&code.number, now);
    // The number before is told, unless it is the same.
    let former = former(owner).filter(|former| former != code.number.as_str());
    let kind = EventKind::PhoneChanged { version: next.version, credential_version };
    let event = owner.event(kind, personal(owner, Some(&code.number), former))?;
    Ok(match home.prove_phone(&next, &code.event, &event).await? {
        UserChange::Changed => Ok(owner.with(next).waiting_for(None)),
        UserChange::Stale => Err(Wrong::ChangedMeanwhile),
    })
}

/// Takes the number away.
pub(crate) async fn take_away<'a>(owner: &Owner<'a>) -> Result<Result<Owner<'a>, Wrong>, Failure> {
    let Some(next) = owner.user.without_phone(owner.visitor.now) else { return Ok(Err(Wrong::ChangedMeanwhile)) };
    let kind = EventKind::PhoneRemoved { version: next.version, credential_version: credential_version(owner).await? };
    let event = owner.event(kind, personal(owner, None, former(owner)))?;
    owner.change_with(next, UserPart::Profile, &event).await
}

fn personal(owner: &Owner<'_>, number: Option<&PhoneNumber>, former_phone: Option<String>) -> Personal {
    Personal { identifier: number.map(|number| kept_identifier(number.as_str())), former_phone, ..owner.visitor.came.personal() }
}

// A number that nobody proved may be anybody's, and is told nothing.
fn former(owner: &Owner<'_>) -> Option<String> {
    owner.user.profile.phone.as_ref().filter(|phone| phone.verified).map(|phone| phone.number.clone())
}

/// The version of the password, which the link "this wasn't me" of a notice names.
async fn credential_version(owner: &Owner<'_>) -> Result<u64, Failure> {
    let found = owner.home()?.read_recovery(&owner.user.id, &owner.visitor.now.month()).await?;
    Ok(found.password.map_or(0, |password| password.version))
}
