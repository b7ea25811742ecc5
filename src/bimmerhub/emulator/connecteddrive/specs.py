"""`GET /vehicle/specs/v1/{vin}`: the data sheet, as texts."""

from bimmerhub.emulator.cars.models.equipment import Equipment

HP_PER_KW = 1.35962


def list_specs(equipment: Equipment) -> list[dict[str, str]]:
    """Return key and value of each line."""
    figures, engine = equipment.figures, equipment.engine
    values: dict[str, float | None] = {
        "TANK_CAPACITY": equipment.tank_l,
        "PERFORMANCE_TOP_SPEED": figures.top_speed_kmh,
        "PERFORMANCE_ACCELERATION": figures.seconds_to_100_kmh,
        "WEIGHT_UNLADEN": figures.unladen_kg,
        "WEIGHT_MAX": figures.most_kg,
        "WEIGHT_PERMITTED_LOAD": figures.most_kg - figures.unladen_kg,
        "WEIGHT_PERMITTED_LOAD_FRONT": figures.front_load_kg,
        "WEIGHT_PERMITTED_LOAD_REAR": figures.rear_load_kg,
        "ENGINE_OUTPUT_MAX_KW": figures.output_kw,
        "ENGINE_OUTPUT_MAX_HP": round(figures.output_kw * HP_PER_KW),
        "ENGINE_SPEED_OUTPUT_MAX": figures.output_rpm,
        "ENGINE_TORQUE_MAX": figures.torque_nm,
        "ENGINE_SPEED_TORQUE_MAX": figures.torque_rpm,
    }
    if engine is not None:
        values |= {
            "ENGINE_CYLINDERS": engine.cylinders,
            "ENGINE_VALVES": engine.valves,
            "ENGINE_STROKE": engine.stroke_mm,
            "ENGINE_BORE": engine.bore_mm,
            "ENGINE_COMPRESSION": engine.compression,
        }
    return [{"key": key, "value": f"{value:g}"} for key, value in values.items() if value is not None]
