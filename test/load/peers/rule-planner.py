"""The planner of source system 003, by its published rules and in its language: a peer of P36.

Written anew from the rules, with plain classes where the original has validated ones, so it is rather faster than it.
Reads one desired state as a line of JSON, then one slice length in milliseconds per line; answers each with a line of
JSON: processor time of its fastest plan, how many it made, and the totals of one. Reading the JSON is not counted.
"""

import json
import sys
import time
import uuid

PRIORITIES = {
    "network": 1,
    "dns": 2,
    "storage": 3,
    "database": 4,
    "cache": 5,
    "queue": 6,
    "compute": 7,
    "container": 8,
    "serverless": 9,
    "load_balancer": 10,
    "cdn": 11,
}
SECONDS = {
    "network": 30,
    "compute": 60,
    "database": 120,
    "container": 90,
    "storage": 15,
    "serverless": 30,
    "load_balancer": 45,
    "cache": 60,
}
PER_MONTH = {
    "compute": 50.0,
    "storage": 10.0,
    "database": 75.0,
    "network": 5.0,
    "container": 100.0,
    "serverless": 20.0,
    "load_balancer": 25.0,
    "cache": 40.0,
    "queue": 15.0,
    "cdn": 30.0,
    "dns": 2.0,
}
STEPS_MAX = 10


class Step:
    """One resource to be made."""

    __slots__ = ("id", "key", "name", "description", "action", "resource", "seconds", "needs", "attempts_max")

    def __init__(self, resource):
        self.id = str(uuid.uuid4())
        self.key = str(uuid.uuid4())
        self.name = f"deploy-{resource['name']}"
        self.description = f"Deploy {resource['type']} resource '{resource['name']}' on {resource['provider']}"
        self.action = "create"
        self.resource = resource
        self.seconds = SECONDS.get(resource["type"], 60)
        self.needs = []
        self.attempts_max = 3


def identifier(resource):
    return f"{resource['provider']}/us-east-1/{resource['type']}/{resource['name']}"


def risk_of(environment, providers, steps):
    if environment == "production":
        return "high"
    return "medium" if len(providers) > 1 or len(steps) > STEPS_MAX else "low"


def plan_of(desired):
    """Steps by priority, their dependencies, the sum of durations, risk and reasoning."""
    by_priority = sorted(desired["resources"], key=lambda resource: PRIORITIES.get(resource["type"], 99))
    steps = [Step(resource) for resource in by_priority]
    step_of = {identifier(step.resource): step.id for step in steps}
    for step in steps:
        step.needs = [step_of[name] for name in step.resource["dependsOn"] if name in step_of]
    providers = ["aws"]
    risk = risk_of(desired["environment"], providers, steps)
    reasoning = (
        f"Generated {len(steps)} execution steps for deployment to {', '.join(providers)} using "
        f"{desired['strategy']} strategy in {desired['environment']} environment. Risk assessment: {risk}."
    )
    return {
        "id": str(uuid.uuid4()),
        "steps": steps,
        "seconds": sum(step.seconds for step in steps),
        "risk": risk,
        "reasoning": reasoning,
    }


def measure(desired, slice_ms):
    deadline = time.perf_counter() + slice_ms / 1000
    fastest, turns, plan = float("inf"), 0, None
    while plan is None or time.perf_counter() < deadline:
        before = time.process_time()
        plan = plan_of(desired)
        fastest = min(fastest, time.process_time() - before)
        turns += 1
    per_month = sum(PER_MONTH.get(step.resource["type"], 25.0) for step in plan["steps"])
    totals = {"seconds": plan["seconds"], "perMonth": per_month, "reasoning": plan["reasoning"]}
    return {"cpuMs": fastest * 1000, "turns": turns, **totals}


def main():
    desired = json.loads(sys.stdin.readline())
    for line in sys.stdin:
        print(json.dumps(measure(desired, float(line))), flush=True)


main()
