"""What the suite changes about the stand-ins while they run."""
from .serve import Refused, route

# How all three services with quotas write that there is none; Sahara then does not check it.
UNLIMITED = -1


class Control:
    """Settings by their names; a request changes those that it names, until the next one does."""

    def __init__(self):
        # How many instances a project may have.
        self.max_instances = UNLIMITED
        # How long stacks are in progress when they are created or updated.
        self.stack_seconds = 1.0
        # Why the next stack that is created or updated fails; the one after it does not.
        self.fail_next_stack = None

    @route("PUT", "")
    def change(self, request):
        unknown = request.body.keys() - vars(self).keys()
        if unknown:
            raise Refused(400, f"there is no setting {', '.join(unknown)}")
        vars(self).update(request.body)
        return vars(self)

    def take_failure(self):
        """The reason for which a stack fails that is begun now, if it does."""
        failure, self.fail_next_stack = self.fail_next_stack, None
        return failure
