"""nbgrader on the hub: one course, and the folder in which assignments are handed out and in."""

import os

c = get_config()  # noqa: F821 (given by nbgrader)

c.CourseDirectory.course_id = "unsigned-peace"
c.Exchange.root = os.environ.get("HUB_EXCHANGE", "/srv/unsigned-peace-state/exchange")
