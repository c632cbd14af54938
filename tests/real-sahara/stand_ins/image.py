"""Glance: two images. Sahara keeps what it knows of an image in properties of it whose names begin with `_sahara_`."""
import time

from .serve import find, route

# Glance's client makes its class of images from it: all that has no type here has to be a string, or a change fails.
SCHEMA = {
    "name": "image",
    "properties": {name: {"type": "integer"} for name in ("size", "min_disk", "min_ram")},
    "additionalProperties": {"type": "string"},
}


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def image(image_id, name):
    """All that `images.py` shows of an image beside the properties that it sets itself."""
    made = now()
    return {"id": image_id, "name": name, "status": "active", "size": 13287936, "min_disk": 0, "min_ram": 0,
            "created_at": made, "updated_at": made}


class Image:
    def __init__(self):
        images = [
            image("00000000-0000-0000-0000-0000000000b1", "cirros-fake"),
            image("00000000-0000-0000-0000-0000000000b2", "cirros-plain"),
        ]
        self.images = {image["id"]: image for image in images}

    @route("GET", "/v2/schemas/image")
    def get_schema(self, request):
        """Before every other request about images: Sahara makes a new client each time."""
        return SCHEMA

    @route("GET", "/v2/images")
    def list_images(self, request):
        """For its own list, and to see whether an image that somebody names is registered.

        Another page would be asked for if the answer had `next`.
        """
        return {"images": list(self.images.values())}

    @route("GET", "/v2/images/{image_id}")
    def get_image(self, request, image_id):
        """To show it, for the name of its user when a cluster is made, and before and after every change."""
        return find(self.images, image_id, "image")

    @route("PATCH", "/v2/images/{image_id}")
    def change_image(self, request, image_id):
        """Sets and removes properties when an image is registered, tagged or forgotten, by a JSON patch."""
        image = find(self.images, image_id, "image")
        for change in request.body:
            name = change["path"].removeprefix("/").replace("~1", "/").replace("~0", "~")
            if change["op"] == "remove":
                del image[name]
            else:
                image[name] = change["value"]
        image["updated_at"] = now()
        return image
