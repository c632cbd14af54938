//! The operations of the API, as the service names them. Each room has its own, and calls are made from them; they are
//! joined here.

use cloud_core::request::OperationRow;

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

/// The rows of the rooms, and all of them together.
macro_rules! join {
    ($($room:ident),* $(,)?) => {
        $( pub use crate::$room::ops::*; )*
        pub use zones::*;

        const ROOMS: &[&[&OperationRow]] = &[ $( crate::$room::ops::OPERATIONS, )* zones::OPERATIONS ];
    };
}

join!(
    actions,
    certificates,
    firewalls,
    floating_ips,
    images,
    isos,
    load_balancers,
    load_balancer_types,
    locations,
    networks,
    placement_groups,
    pricing,
    primary_ips,
    server_types,
    servers,
    ssh_keys,
    storage_boxes,
    storage_box_types,
    volumes
);

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
