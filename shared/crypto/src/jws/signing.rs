//! Making key pairs and signing with them (RFC 7515 §5.1, RFC 7518 §3).

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use domain::Secret;
use domain::key_ring::Algorithm;
use serde::Serialize;

use crate::base64url;
use crate::jwk::{Jwk, PublicKey};

/// A private key that signs with one algorithm. Its `Debug` shows the name only.
pub struct SigningKey {
    pair: Pair,
    kid: String,
}

enum Pair {
    Es256(EcdsaKeyPair),
    Rs256(Box<RsaKeyPair>),
}

/// A key pair that was just made.
#[derive(Debug)]
pub struct Generated {
    /// The private key (PKCS #8, RFC 5208), to be wrapped at once.
    pub pkcs8: Secret<Vec<u8>>,
    /// The public key, to be published.
    pub public: Jwk,
}

/// Why a key can't sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It isn't a PKCS #8 key for this algorithm.
    #[error("not a private key for this algorithm")]
    Unreadable,
    /// It is another key than the one published under this `kid`: nobody could verify what it signs.
    #[error("the private key isn't the one of this kid")]
    OtherKid,
    /// The provider failed.
    #[error("the crypto provider failed")]
    Provider,
}

/// Why a token wasn't signed: a defect of the caller, or of the provider.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The claims have no JSON form.
    #[error("the claims can't be written")]
    Claims(#[from] serde_json::Error),
    /// The provider failed.
    #[error("the crypto provider failed")]
    Provider,
}

impl SigningKey {
    /// Makes a key pair. Randomness is the provider's own here, as it is in a signature.
    pub fn generate(algorithm: Algorithm) -> Result<Generated, KeyError> {
        let (pkcs8, public) = match algorithm {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| KeyError::Provider)?;
                let document = pair.to_pkcs8v1().map_err(|_| KeyError::Provider)?;
                (document.as_ref().to_vec(), ec_public(&pair)?)
            }
            Algorithm::Rs256 => {
                // NIST SP 800-57 part 1 §5.6.2: 2048 bits through 2030; RFC 7518 §3.3 asks for as many.
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Provider)?;
                let document = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| KeyError::Provider)?;
                (document.as_ref().to_vec(), rsa_public(&pair))
            }
        };
        Ok(Generated { pkcs8: Secret::new(pkcs8), public: Jwk::new(algorithm, public) })
    }

    /// Reads an unwrapped private key, and makes sure that it is the one published as `kid`.
    pub fn from_pkcs8(algorithm: Algorithm, kid: &str, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let (pair, public) = match algorithm {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(|_| KeyError::Unreadable)?;
                let public = ec_public(&pair)?;
                (Pair::Es256(pair), public)
            }
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError::Unreadable)?;
                let public = rsa_public(&pair);
                (Pair::Rs256(Box::new(pair)), public)
            }
        };
        if public.thumbprint() == kid { Ok(Self { pair, kid: kid.to_owned() }) } else { Err(KeyError::OtherKid) }
    }

    /// What it signs with.
    pub const fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Es256(_) => Algorithm::Es256,
            Pair::Rs256(_) => Algorithm::Rs256,
        }
    }

    /// The name under which its public key is published.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Signs `claims` as a token of the type `typ` (`JWT`, `at+jwt`).
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SignError> {
        let header = serde_json::to_vec(&WrittenHeader { alg: self.algorithm(), kid: &self.kid, typ })?;
        let mut token = base64url::encode(header);
        token.push('.');
        token.push_str(&base64url::encode(serde_json::to_vec(claims)?));
        let signature = self.signature(token.as_bytes()).ok_or(SignError::Provider)?;
        token.push('.');
        token.push_str(&base64url::encode(signature));
        Ok(token)
    }

    fn signature(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Es256(pair) => pair.sign(&random, message).ok().map(|signature| signature.as_ref().to_vec()),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).ok().map(|()| signature)
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({} {})", self.algorithm().as_str(), self.kid)
    }
}

#[derive(Serialize)]
struct WrittenHeader<'a> {
    alg: Algorithm,
    kid: &'a str,
    typ: &'a str,
}

fn ec_public(pair: &EcdsaKeyPair) -> Result<PublicKey, KeyError> {
    PublicKey::from_uncompressed_point(pair.public_key().as_ref()).ok_or(KeyError::Unreadable)
}

fn rsa_public(pair: &RsaKeyPair) -> PublicKey {
    let public = pair.public_key();
    PublicKey::Rsa {
        n: base64url::encode(public.modulus().big_endian_without_leading_zero()),
        e: base64url::encode(public.exponent().big_endian_without_leading_zero()),
    }
}
