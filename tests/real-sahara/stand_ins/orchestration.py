"""Heat: a stack for each cluster, with a server for each of its instances."""
import itertools
import time
import uuid
from datetime import datetime, timezone

import yaml

from .serve import find, route


class Stack:
    """Has its servers at once, and only says that this takes its time, or fails."""

    def __init__(self, name):
        self.id = str(uuid.uuid4())
        self.name = name
        self.updated_time = None
        # The members of each node group, by their numbers.
        self.groups = {}

    def begin(self, action, seconds, failure):
        self.action = action
        self.done_at = time.monotonic() + seconds
        self.failure = failure

    def summary(self):
        """What Sahara reads in a list.

        It splits `stack_status` at the first underscore, shows the reason when that is not `COMPLETE`, and addresses
        the stack by its name and its id from then on.
        """
        status = "FAILED" if self.failure else "COMPLETE"
        if time.monotonic() < self.done_at:
            status = "IN_PROGRESS"
        return {
            "id": self.id,
            "stack_name": self.name,
            "stack_status": f"{self.action}_{status}",
            "stack_status_reason": self.failure or f"{self.action} {status}",
            "updated_time": self.updated_time,
        }

    def details(self):
        """What Sahara reads in the stack itself: the template gives every node group such an output."""
        outputs = [{"output_key": f"{name}-instances", "output_value": list(members.values())}
                   for name, members in self.groups.items()]
        return {**self.summary(), "outputs": outputs}


class Orchestration:
    def __init__(self, control, compute):
        self.control = control
        self.compute = compute
        # By their names, in which Sahara puts a part of the cluster's id.
        self.stacks = {}

    @route("GET", "/stacks")
    def list_stacks(self, request):
        """To find one by its name, once a second while it is in progress, and after it was deleted until it is gone."""
        wanted = request.query["name"]
        return {"stacks": [stack.summary() for stack in self.stacks.values() if stack.name in wanted]}

    @route("POST", "/stacks", status=201)
    def create_stack(self, request):
        """When a cluster is created. Sahara finds its stack by the name, not by the answer."""
        stack = Stack(request.body["stack_name"])
        self.stacks[stack.name] = stack
        self.apply(stack, "CREATE", request.body)
        return {"stack": {"id": stack.id}}

    @route("GET", "/stacks/{name}/{stack_id}")
    def get_stack(self, request, name, stack_id):
        """For the instances of each node group, once the stack is complete."""
        return {"stack": find(self.stacks, name, "stack").details()}

    @route("PUT", "/stacks/{name}/{stack_id}", status=202)
    def update_stack(self, request, name, stack_id):
        """When a cluster is scaled, and when that failed and is undone."""
        stack = find(self.stacks, name, "stack")
        # Sahara waits until it differs from what it was. Heat's own has no fractions, which is too coarse when stacks
        # take no time.
        stack.updated_time = datetime.now(timezone.utc).isoformat()
        self.apply(stack, "UPDATE", request.body)

    @route("DELETE", "/stacks/{name}", status=204)
    def delete_stack(self, request, name):
        """When a cluster is deleted, also one that has no stack. Heat would redirect to the path with the id."""
        stack = find(self.stacks, name, "stack")
        for members in stack.groups.values():
            for number in list(members):
                self.remove(members, number)
        del self.stacks[name]

    def apply(self, stack, action, body):
        """Makes the stack what a template says.

        Every resource of it is a group, of the name of a node group: no case asks for what would add others, which are
        anti-affinity and security groups of Sahara's own.
        """
        for name, group in yaml.safe_load(body["template"])["resources"].items():
            properties = group["properties"]
            members = stack.groups.setdefault(name, {})
            for policy in properties["removal_policies"]:
                for number in policy["resource_list"]:
                    self.remove(members, int(number))
            # The name of a member is made of words and its number.
            definition = yaml.safe_load(body["files"][properties["resource_def"]["type"]])
            *words, _ = definition["resources"]["inst"]["properties"]["name"]["list_join"][1]
            self.resize(members, properties["count"], "-".join(words))
        stack.begin(action, self.control.stack_seconds, self.control.take_failure())

    def resize(self, members, count, prefix):
        """Takes the last members away, or adds some with the lowest numbers that are free."""
        while len(members) > count:
            self.remove(members, max(members))
        free = (number for number in itertools.count() if number not in members)
        while len(members) < count:
            number = next(free)
            # Sahara takes the number from the end of the name when the instance has to go.
            members[number] = {"physical_id": self.compute.create_server(), "name": f"{prefix}-{number}"}

    def remove(self, members, number):
        self.compute.delete_server(members.pop(number)["physical_id"])
