//! What can be done, by whom, and how it is answered.

use std::time::Duration;

use testkit::SeededRandom;

/// People who may have an account, each with an address.
pub(super) const PEOPLE: usize = 8;
/// Browsers, each with one person's session at most.
pub(super) const BROWSERS: usize = 4;

/// Operations in a row of which most are about the same person and browser.
const ABOUT_THE_SAME: usize = 12;

/// Which of the links that somebody was mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Newest,
    OneBefore,
}

/// One thing that somebody does. What there is nothing to do it with is skipped, so that any part of a walk is a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    SignUp { who: usize, password: u32 },
    Prove { who: usize, link: Which, rightly: bool },
    SignIn { who: usize, browser: usize, rightly: bool },
    Ask { browser: usize },
    SignOut { browser: usize },
    Forget { who: usize },
    SetPassword { who: usize, link: Which, password: u32 },
    Alarm { who: usize, link: Which },
    Invite { who: usize, as_editor: bool },
    InviteAgain { who: usize },
    Revoke { who: usize },
    Accept { who: usize, link: Which, password: u32 },
    Assign { who: usize, as_editor: bool },
    Wait { minutes: u32 },
}

/// How an operation was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// There was nothing to do it with.
    Skipped,
    /// By a page or a redirect of this status; and whether a link was mailed.
    Status(u16, bool),
    /// By a page with this heading.
    Page(&'static str),
    /// An administrator's act happened; and whether a link was mailed.
    Done(bool),
    /// It was refused.
    Refused(&'static str),
}

impl Operation {
    /// Draws `count`. For a while much of it is about the same person and browser, so that what was begun is gone on with.
    pub(super) fn drawn(random: &SeededRandom, count: usize) -> Vec<Self> {
        let below = |most: usize| usize::try_from(random.next_u64() % most as u64).unwrap_or_default();
        let mut about = (0, 0);
        let mut next = |at: usize| {
            if at.is_multiple_of(ABOUT_THE_SAME) {
                about = (below(PEOPLE), below(BROWSERS));
            }
            let (who, browser) = if below(3) > 0 { about } else { (below(PEOPLE), below(BROWSERS)) };
            Self::about(random, who, browser)
        };
        (0..count).map(&mut next).collect()
    }

    fn about(random: &SeededRandom, who: usize, browser: usize) -> Self {
        let below = |most: u64| usize::try_from(random.next_u64() % most).unwrap_or_default();
        let password = u32::try_from(random.next_u64() >> 33).unwrap_or_default();
        let link = if below(4) > 0 { Which::Newest } else { Which::OneBefore };
        let (mostly, half) = (below(4) > 0, below(2) > 0);
        match below(100) {
            0..8 => Self::SignUp { who, password },
            8..17 => Self::Prove { who, link, rightly: mostly },
            17..33 => Self::SignIn { who, browser, rightly: mostly },
            33..45 => Self::Ask { browser },
            45..49 => Self::SignOut { browser },
            49..58 => Self::Forget { who },
            58..66 => Self::SetPassword { who, link, password },
            66..69 => Self::Alarm { who, link },
            69..75 => Self::Invite { who, as_editor: half },
            75..79 => Self::InviteAgain { who },
            79..81 => Self::Revoke { who },
            81..88 => Self::Accept { who, link, password },
            88..92 => Self::Assign { who, as_editor: half },
            _ => Self::Wait { minutes: [1, 5, 20, 61, 2 * 60, 5 * 60, 13 * 60, 3 * 24 * 60][below(8)] },
        }
    }

    /// What it is called.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::SignUp { .. } => "sign up",
            Self::Prove { .. } => "prove",
            Self::SignIn { .. } => "sign in",
            Self::Ask { .. } => "ask",
            Self::SignOut { .. } => "sign out",
            Self::Forget { .. } => "forget",
            Self::SetPassword { .. } => "set password",
            Self::Alarm { .. } => "alarm",
            Self::Invite { .. } => "invite",
            Self::InviteAgain { .. } => "invite again",
            Self::Revoke { .. } => "revoke",
            Self::Accept { .. } => "accept",
            Self::Assign { .. } => "assign",
            Self::Wait { .. } => "wait",
        }
    }

    /// How long it takes.
    pub(super) fn wait(self) -> Duration {
        match self {
            Self::Wait { minutes } => Duration::from_mins(minutes.into()),
            _ => Duration::from_secs(1),
        }
    }
}
