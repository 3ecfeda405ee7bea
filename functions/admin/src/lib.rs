//! The admin API, `/admin/v1`: what administrators and their scripts do. Who may do what is decided by the policies in `policies/`.

mod access;
mod administrators;
mod apis;
mod apps;
mod arrival;
mod attributes;
mod bulk;
mod came;
mod configuration;
mod documentation;
mod domains;
mod invitations;
mod pages;
mod people;
mod policies;
mod problem;
mod rate;
mod reference;
mod roster;
mod signing_keys;
mod tenants;
mod transfers;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get, post};
use cloud::dns::TxtRecords;
use cloud::objects::Objects;
use cloud::parts::Links;
use domain::ZoneName;
use domain::key_ring::Purpose;
use runtime::{Clients, Clock, Needs, Platform, Provisioner, Random, Signing, TenantRouting, Tenants, Turns};
use store::Store;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::{PathItemExt, routes};

use access::Policies;
use administrators::machines;
use apps::{preview, secrets};
use documentation::Admin;
use people::{create, edit, grants, help, history, interventions, list, photo, sessions};
use policies::{groups, versions};
use problem::{Problem, Refused};
use tenants::{create as making, standing};
use transfers::{exports, imports};

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing, Purpose::People, Purpose::Credentials], signing: Signing::Verifies };

/// What its role may do: read what a tenant and its people are, list them, and change all of it but the tenant's own record, of which it changes groups,
/// roles, attributes, domains, policies, origins, kinds of imported hashes, name and standing; invite people; write down imports and exports and give links to their files; keep photos; make tenants with their keys, and claim slugs; ask the
/// DNS whether a domain is a tenant's, and claim it; ask for other signing keys, which
/// it can neither make nor open of a tenant that stands; unwrap keys for sealing, for people and for credentials. Each change has its event.
#[derive(Clone)]
pub struct Deps {
    tenants: Arc<Tenants>,
    clients: Arc<Clients>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    provisioner: Arc<Provisioner>,
    routing: TenantRouting,
    store: Store,
    zone: ZoneName,
    policies: Arc<Policies>,
    links: Arc<dyn Links>,
    objects: Arc<dyn Objects>,
    turns: Turns,
    dns: Arc<dyn TxtRecords>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self {
            tenants: Arc::new(Tenants::new(platform, NEEDS)),
            clients: Arc::default(),
            clock: platform.clock.clone(),
            random: platform.random.clone(),
            provisioner: Arc::new(Provisioner::new(platform)),
            routing: platform.routing.clone(),
            store: platform.store.clone(),
            zone: platform.zone.clone(),
            policies: Arc::new(Policies::read()),
            links: platform.links.clone(),
            objects: platform.objects.clone(),
            turns: Turns::default(),
            dns: platform.dns.clone(),
        }
    }
}

// What the API is, once: `$add` puts the handlers of one path into `$router`.
macro_rules! resources {
    ($router:expr, $add:ident) => {{
        let router = $router;
        let router = $add!(router, tenants::list_tenants, making::create_tenant);
        let router = $add!(router, tenants::show_tenant, tenants::change_tenant, standing::delete_tenant);
        let router = $add!(router, standing::suspend_tenant);
        let router = $add!(router, standing::resume_tenant);
        let router = $add!(router, standing::restore_tenant);
        let router = $add!(router, domains::list_domains, domains::add_domain);
        let router = $add!(router, domains::show_domain, domains::remove_domain);
        let router = $add!(router, domains::verify_domain);
        let router = $add!(router, administrators::list_administrators);
        let router = $add!(router, administrators::show_administrator, administrators::assign_administrator, administrators::remove_administrator);
        let router = $add!(router, machines::show_administering_app, machines::assign_app, machines::remove_administering_app);
        let router = $add!(router, list::list_users, create::create_user);
        let router = $add!(router, people::show_user, edit::change_user, help::delete_user);
        let router = $add!(router, photo::change_photo, photo::remove_photo);
        let router = $add!(router, interventions::disable_user);
        let router = $add!(router, interventions::enable_user);
        let router = $add!(router, interventions::sign_out_user);
        let router = $add!(router, help::unlock_user);
        let router = $add!(router, help::require_password_change);
        let router = $add!(router, sessions::list_sessions);
        let router = $add!(router, sessions::end_session);
        let router = $add!(router, grants::list_grants);
        let router = $add!(router, grants::revoke_grant);
        let router = $add!(router, history::show_history);
        let router = $add!(router, invitations::list_invitations, invitations::create_invitation);
        let router = $add!(router, invitations::show_invitation, invitations::revoke_invitation);
        let router = $add!(router, invitations::send_invitation);
        let router = $add!(router, imports::create_import);
        let router = $add!(router, imports::show_import);
        let router = $add!(router, imports::start_import);
        let router = $add!(router, imports::cancel_import);
        let router = $add!(router, imports::list_import_results);
        let router = $add!(router, exports::create_export);
        let router = $add!(router, exports::show_export);
        let router = $add!(router, exports::cancel_export);
        let router = $add!(router, apps::list_apps, apps::create_app);
        let router = $add!(router, apps::show_app, apps::change_app, apps::delete_app);
        let router = $add!(router, secrets::list_secrets, secrets::add_secret);
        let router = $add!(router, preview::preview_app);
        let router = $add!(router, secrets::remove_secret);
        let router = $add!(router, apis::list_apis, apis::create_api);
        let router = $add!(router, apis::show_api, apis::change_api, apis::delete_api);
        let router = $add!(router, apis::show_scope_roles, apis::change_scope_roles);
        let router = $add!(router, signing_keys::list_keys);
        let router = $add!(router, signing_keys::ask_of_keys);
        let router = $add!(router, roster::list_groups, roster::create_group);
        let router = $add!(router, roster::show_group, roster::change_group, roster::delete_group);
        let router = $add!(router, roster::list_roles);
        let router = $add!(router, roster::create_role, roster::delete_role);
        let router = $add!(router, attributes::show_attributes, attributes::change_attributes);
        let router = $add!(router, configuration::show_configuration, configuration::apply_configuration);
        let router = $add!(router, configuration::plan_configuration);
        let router = $add!(router, policies::list_policies);
        let router = $add!(router, policies::show_policy, policies::change_policy);
        let router = $add!(router, groups::show_group_policy, groups::change_group_policy, groups::remove_group_policy);
        let router = $add!(router, versions::list_policy_versions);
        let router = $add!(router, versions::show_policy_version);
        $add!(router, versions::restore_policy_version)
    }};
}

/// The routes.
pub fn router(deps: Deps) -> Router {
    let router = Router::new()
        .route("/admin/v1/openapi.json", get(reference::document))
        .route("/admin/v1/reference", get(reference::page))
        .route("/admin/v1/config.schema.json", get(configuration::schema::served))
        .route("/admin/v1/tenants/{tenant}/bulk", post(bulk::do_in_bulk));
    with_resources(router).layer(from_fn(rate::told)).layer(from_fn(problem::logged)).with_state(deps)
}

/// The routes of everything that a bulk may ask for.
fn bulk_routes(deps: Deps) -> Router {
    with_resources(Router::new()).layer(from_fn(problem::logged)).with_state(deps)
}

fn with_resources(router: Router<Deps>) -> Router<Deps> {
    // Method and path as the handler's own description says them; what else it says is for the document alone.
    macro_rules! served {
        ($router:ident, $($module:ident::$handler:ident),+) => {
            utoipa_axum::paste! {{
                let paths = [$(<$module::[<__path_ $handler>] as utoipa::Path>::path()),+];
                let mut methods = MethodRouter::new();
                $(
                    for method in <$module::[<__path_ $handler>] as utoipa::Path>::methods() {
                        methods = methods.on(method.to_method_filter(), $module::$handler);
                    }
                )+
                $router.route(&paths[0], methods)
            }}
        };
    }
    resources!(router, served)
        .fallback(async || Refused::from(Problem::NotFound))
        .method_not_allowed_fallback(async || Refused::from(Problem::Method))
        // The front bounds every body: a whole bulk is larger than what is usual.
        .layer(DefaultBodyLimit::disable())
}

/// What the API says of itself, `OpenAPI` 3.1; written to `docs/openapi.json`, which is what is served.
pub fn document() -> serde_json::Value {
    macro_rules! told {
        ($router:ident, $($module:ident::$handler:ident),+) => {
            $router.routes(routes!($($module::$handler),+))
        };
    }
    let told: OpenApiRouter<Deps> = resources!(OpenApiRouter::with_openapi(Admin::openapi()), told);
    documentation::whole(told.routes(routes!(bulk::do_in_bulk)).into_openapi())
}

/// What a configuration may say, JSON Schema 2020-12; written to `docs/config.schema.json`, which is what is served.
pub fn configuration_schema() -> serde_json::Value {
    configuration::schema::of(&document())
}
