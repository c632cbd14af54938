//! The operations of the API, as the service names them. Each room has its own, and calls are made from them; they are
//! joined here.

use cloud_core::request::OperationRow;

pub use crate::actions::ops::*;
pub use crate::certificates::ops::*;
pub use crate::firewalls::ops::*;
pub use crate::floating_ips::ops::*;
pub use crate::images::ops::*;
pub use crate::isos::ops::*;
pub use crate::load_balancer_types::ops::*;
pub use crate::load_balancers::ops::*;
pub use crate::locations::ops::*;
pub use crate::networks::ops::*;
pub use crate::placement_groups::ops::*;
pub use crate::pricing::ops::*;
pub use crate::primary_ips::ops::*;
pub use crate::server_types::ops::*;
pub use crate::servers::ops::*;
pub use crate::ssh_keys::ops::*;
pub use crate::storage_box_types::ops::*;
pub use crate::storage_boxes::ops::*;
pub use crate::volumes::ops::*;
pub use zones::*;

mod zones {
    cloud_core::operations! {
    LIST_ZONES = "list_zones", GET "/zones";
    CREATE_ZONE = "create_zone", POST "/zones";
    GET_ZONE = "get_zone", GET "/zones/{id_or_name}";
    UPDATE_ZONE = "update_zone", PUT "/zones/{id_or_name}";
    DELETE_ZONE = "delete_zone", DELETE "/zones/{id_or_name}";
    GET_ZONE_ZONEFILE = "get_zone_zonefile", GET "/zones/{id_or_name}/zonefile";
    LIST_ZONES_ACTIONS = "list_zones_actions", GET "/zones/actions";
    GET_ZONES_ACTION = "get_zones_action", GET "/zones/actions/{id}";
    LIST_ZONE_ACTIONS = "list_zone_actions", GET "/zones/{id_or_name}/actions";
    CHANGE_ZONE_PRIMARY_NAMESERVERS =
        "change_zone_primary_nameservers", POST "/zones/{id_or_name}/actions/change_primary_nameservers";
    CHANGE_ZONE_PROTECTION = "change_zone_protection", POST "/zones/{id_or_name}/actions/change_protection";
    CHANGE_ZONE_TTL = "change_zone_ttl", POST "/zones/{id_or_name}/actions/change_ttl";
    IMPORT_ZONE_ZONEFILE = "import_zone_zonefile", POST "/zones/{id_or_name}/actions/import_zonefile";
    LIST_ZONE_RRSETS = "list_zone_rrsets", GET "/zones/{id_or_name}/rrsets";
    CREATE_ZONE_RRSET = "create_zone_rrset", POST "/zones/{id_or_name}/rrsets";
    GET_ZONE_RRSET = "get_zone_rrset", GET "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}";
    UPDATE_ZONE_RRSET = "update_zone_rrset", PUT "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}";
    DELETE_ZONE_RRSET = "delete_zone_rrset", DELETE "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}";
    CHANGE_ZONE_RRSET_PROTECTION =
        "change_zone_rrset_protection", POST "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/change_protection";
    CHANGE_ZONE_RRSET_TTL =
        "change_zone_rrset_ttl", POST "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/change_ttl";
    SET_ZONE_RRSET_RECORDS =
        "set_zone_rrset_records", POST "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/set_records";
    ADD_ZONE_RRSET_RECORDS =
        "add_zone_rrset_records", POST "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/add_records";
    REMOVE_ZONE_RRSET_RECORDS =
        "remove_zone_rrset_records", POST "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/remove_records";
    UPDATE_ZONE_RRSET_RECORDS =
        "update_zone_rrset_records", POST "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/update_records";
    }
}

const ROOMS: &[&[&OperationRow]] = &[
    crate::actions::ops::OPERATIONS,
    crate::certificates::ops::OPERATIONS,
    crate::firewalls::ops::OPERATIONS,
    crate::floating_ips::ops::OPERATIONS,
    crate::images::ops::OPERATIONS,
    crate::isos::ops::OPERATIONS,
    crate::load_balancers::ops::OPERATIONS,
    crate::load_balancer_types::ops::OPERATIONS,
    crate::locations::ops::OPERATIONS,
    crate::networks::ops::OPERATIONS,
    crate::placement_groups::ops::OPERATIONS,
    crate::pricing::ops::OPERATIONS,
    crate::primary_ips::ops::OPERATIONS,
    crate::server_types::ops::OPERATIONS,
    crate::servers::ops::OPERATIONS,
    crate::ssh_keys::ops::OPERATIONS,
    crate::storage_boxes::ops::OPERATIONS,
    crate::storage_box_types::ops::OPERATIONS,
    crate::volumes::ops::OPERATIONS,
    zones::OPERATIONS,
];

/// Every operation of this API that the crate can call.
pub static OPERATIONS: &[&OperationRow] = &joined::<{ count() }>();

const fn count() -> usize {
    let (mut room, mut count) = (0, 0);
    while room < ROOMS.len() {
        count += ROOMS[room].len();
        room += 1;
    }
    count
}

/// By loops, because iterators are not for constants.
const fn joined<const N: usize>() -> [&'static OperationRow; N] {
    let mut all = [ROOMS[0][0]; N];
    let (mut room, mut next) = (0, 0);
    while room < ROOMS.len() {
        let mut row = 0;
        while row < ROOMS[room].len() {
            all[next] = ROOMS[room][row];
            next += 1;
            row += 1;
        }
        room += 1;
    }
    all
}
