"""Charts of the book: importing this package sets the theme and the renderer that work offline."""

from unsigned_peace.charts import theme
from unsigned_peace.charts.rendering import figure
from unsigned_peace.charts.theme import country_color, country_shape, verdict_color

__all__ = ["country_color", "country_shape", "figure", "theme", "verdict_color"]
