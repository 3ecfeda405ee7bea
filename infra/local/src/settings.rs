//! What the person who starts the local platform may say: `PORT`, `BIND`, `COUNTERSIGN_DATA`, `COUNTERSIGN_TEMPLATE`,
//! `LOG_LEVEL`.

use std::net::IpAddr;
use std::path::PathBuf;

/// The settings, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `PORT`; without it the data folder's, else 8080.
    pub port: Option<u16>,
    /// `BIND`, the address to listen on; 127.0.0.1 without it.
    pub bind: IpAddr,
    /// `COUNTERSIGN_DATA`, the data folder; `.countersign` without it.
    pub data: PathBuf,
    /// `COUNTERSIGN_TEMPLATE`, the template that is deployed here; `template.yaml` without it.
    pub template: PathBuf,
    /// `LOG_LEVEL`; `warn` without it.
    pub log_level: String,
}

/// A setting that can't be; one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSetting {
    /// The demo app takes the port behind it, so the last one is none.
    #[error("PORT={0} isn't a port from 1 to 65534.")]
    Port(String),
    /// Not an address.
    #[error("BIND={0} isn't an IP address.")]
    Bind(String),
}

impl Settings {
    /// Reads the settings from the environment.
    #[expect(clippy::disallowed_methods, reason = "these are a developer's settings, not a function's configuration")]
    pub fn from_environment() -> Result<Self, InvalidSetting> {
        Self::from_source(|name| std::env::var(name).ok())
    }

    fn from_source(read: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let said = |name| read(name).filter(|value| !value.is_empty());
        let port = said("PORT").map(|text| match text.parse() {
            Ok(port) if (1..u16::MAX).contains(&port) => Ok(port),
            _ => Err(InvalidSetting::Port(text)),
        });
        let bind = said("BIND").map(|text| text.parse().map_err(|_| InvalidSetting::Bind(text)));
        Ok(Self {
            port: port.transpose()?,
            bind: bind.transpose()?.unwrap_or(IpAddr::from([127, 0, 0, 1])),
            data: said("COUNTERSIGN_DATA").unwrap_or_else(|| ".countersign".to_owned()).into(),
            template: said("COUNTERSIGN_TEMPLATE").unwrap_or_else(|| "template.yaml".to_owned()).into(),
            log_level: said("LOG_LEVEL").unwrap_or_else(|| "warn".to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_or_empty_has_its_default() {
        let settings = Settings::from_source(|name| (name == "PORT").then(String::new)).expect("no setting is wrong");
        assert_eq!((settings.port, settings.bind.to_string().as_str()), (None, "127.0.0.1"));
        assert_eq!(settings.data, PathBuf::from(".countersign"));
    }

    #[test]
    fn a_port_leaves_room_for_the_demo_app_behind_it() {
        let with = |port: &'static str| Settings::from_source(move |name| (name == "PORT").then(|| port.to_owned()));
        assert_eq!(with("65534").map(|settings| settings.port), Ok(Some(65534)));
        for wrong in ["0", "65535", "65536", "http", "-1"] {
            assert_eq!(with(wrong), Err(InvalidSetting::Port(wrong.to_owned())));
        }
    }

    #[test]
    fn an_address_to_listen_on_is_a_number() {
        let with = |bind: &'static str| Settings::from_source(move |name| (name == "BIND").then(|| bind.to_owned()));
        assert_eq!(with("::1").map(|settings| settings.bind.to_string()), Ok("::1".to_owned()));
        assert_eq!(with("localhost"), Err(InvalidSetting::Bind("localhost".to_owned())));
    }
}
