use cloud_core::model::{PageInfo, PageToken};
use cloud_core::provider::{Marker, PageMeta, PageRequest, PageStyle};
use serde::Deserialize;

/// Lists ask for this many items a page. The service has no limit of its own: without one it gives the whole list.
pub(crate) const PAGE_SIZE: u32 = 100;

/// The page after the one that ends with the marker.
///
/// When the number of items is a multiple of the page's size, the last full page names one more, which is empty and may
/// name another one still: an empty page is always the end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Markers;

const MARKER: Marker = Marker {
    marker: "marker",
    limit: "limit",
};

impl PageStyle for Markers {
    fn ask(&self, request: &mut PageRequest, token: Option<&PageToken>, size: Option<u32>) {
        MARKER.ask(request, token, size);
    }

    fn next(&self, token: Option<&PageToken>, info: &PageInfo, items: usize) -> Option<PageToken> {
        (items > 0)
            .then(|| MARKER.next(token, info, items))
            .flatten()
    }
}

/// The part of an answer that names the other pages; left out when there are none.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct PageMarkers {
    // Not `prev`, which is null on the second page although there is a first (measured on Sahara 19).
    next: Option<String>,
}

impl PageMeta for PageMarkers {
    const KEY: &'static str = "markers";

    fn info(self) -> PageInfo {
        PageInfo {
            next: self.next,
            ..PageInfo::default()
        }
    }
}
