//! An export: people in the order of their list, a page at a time, written as parts of a file. A part that is written again takes its own place.

use std::collections::BTreeMap;

use cloud::parts::Way;
use crypto::password;
use domain::listing::List;
use domain::transfer::{Header, Place, Row};
use domain::user::User;
use domain::{Secret, UserId, policy};
use runtime::Failure;
use store::Wanted;

use crate::Turn;
use crate::at::{At, Going};

type Hashes = BTreeMap<UserId, Secret<String>>;

/// One turn at an export.
pub(crate) async fn run(at: &mut At<'_>, with_hashes: bool) -> Result<Turn, Failure> {
    let Place::List { mut parts, mut after } = at.job.place.clone() else {
        return Err(Failure::Broken("an export whose place is in no list".to_owned()));
    };
    let tenant = at.standing().await?;
    let header = Header::of(&tenant.attributes, with_hashes);
    // The last page of a list says no more where the next begins.
    let mut is_over = parts > 0 && after.is_none();
    while !is_over {
        let mut progress = at.job.progress;
        let mut part = if parts == 0 { at.job.format.beginning(&header) } else { String::new() };
        while part.len() < policy::TRANSFER_WRITTEN_PART && !is_over {
            let page = at.home()?.list_people(List::People, Wanted { prefix: "", after: after.as_deref(), limit: policy::PAGE_MAX }).await?;
            let hashes = if with_hashes { hashes(at, &page.rows).await? } else { Hashes::new() };
            for user in &page.rows {
                part.push_str(&at.job.format.write(&header, &Row::of(user, &tenant, hashes.get(&user.id).cloned())));
            }
            progress.rows += page.rows.len() as u64;
            is_over = page.next.is_none();
            after = page.next;
        }
        parts += 1;
        at.deps.parts.write(at.region(), &at.part(Way::Out, parts), part.into_bytes()).await?;
        match at.goes_on(Place::List { parts, after: after.clone() }, progress).await? {
            Going::On => {}
            // The last part is there: the end is written at once.
            Going::Later if is_over => {}
            Going::Later => return Ok(Turn::Later),
            Going::Lost => return Ok(Turn::Lost),
        }
    }
    Ok(Turn::Done)
}

/// The hashes of these people's passwords, as an import reads them. One that is locked, or has to be changed, would come back as a good one.
async fn hashes(at: &At<'_>, people: &[User]) -> Result<Hashes, Failure> {
    let ids: Vec<UserId> = people.iter().map(|user| user.id.clone()).collect();
    let passwords = at.home()?.read_passwords(&ids).await?;
    let usable =
        passwords.iter().filter(|(_, password)| password.outlived_at.is_none()).filter_map(|(id, password)| Some((id, password.comparable()?)));
    usable.map(|(id, sealed)| Ok((id.clone(), password::export(&at.tenant.open_password_hash(id, sealed)?)))).collect()
}
