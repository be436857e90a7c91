"""Clients that race through the lives of applications while servers are made to fail."""

import itertools
import random
import threading
import time

import fault_rpc as rpc
from fault_rpc import forms, region
from oracle import Entry, Oracle

import applications as apps
import grpc

CALL = "fault-2025"
_DEFINITION = """
# proto-file: kopa/programme/v1/call.proto
# proto-message: kopa.programme.v1.Call
id: "fault-2025"
programme: "kontakts"
name { lv: "Kļūmju konkurss (paraugs)" en: "A call for faults (sample)" }
version: 1
form: APPLICATION_FORM_INITIATIVES
limits { budget_cents: %(cents)d initiatives: %(initiatives)d }
window { opens: "2020-01-01T00:00:00" closes: "2099-01-01T00:00:00" zone: "Europe/Riga" }
territory_date: "2025-07-01"
amount { ceiling_per_initiative_cents: 100000 }
applicant_types { id: "association" name { lv: "Biedrība" en: "Association" } }
activities { id: "inclusion" name { lv: "Iekļaušana" en: "Inclusion" } }
evaluation {
  criteria {
    id: "idea" name { lv: "Ideja" en: "Idea" }
    max_hundredths: 1000 step_hundredths: 50
  }
  min_total_hundredths: 500
  evaluations_needed: 1
  four_eyes: true
}
allotment { policy: ALLOTMENT_POLICY_ON_DEMAND pending: PENDING_POLICY_SKIP }
payments { advance_basis_points: 9000 }
assumptions: "All of it is made up for a test."
"""
# Not answered: the same request is sent again. Any other code is an answer that no fault excuses.
UNANSWERED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED,
              grpc.StatusCode.CANCELLED, grpc.StatusCode.RESOURCE_EXHAUSTED,
              grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL)
CALL_SECONDS = 8.0
# How long a request may stay unanswered once the faults are over.
HEALING_SECONDS = 45.0
_REPLAYED = 0.15  # part of the requests that are sent a second time at once
_HOLDING_FIRST = 0.7


def write_definition(folder, limits):
    """A folder for --programmes with the one call of these tests."""
    folder.mkdir()
    (folder / f"{CALL}.textproto").write_text(_DEFINITION % limits, encoding="utf-8")
    return folder


class Over(Exception):
    """The load was abandoned: nothing more can be answered."""


class Load:
    """`clients` people who hand in, score, approve, pay and take back at random until stop().

    The nodes' addresses are asked for with `address(node)` each time, so that they may move.
    """

    def __init__(self, address, nodes, limits, clients=8, own=5, seed=1):
        self.oracle = Oracle(limits)
        self.seed = seed
        self._address = address
        self._nodes = nodes
        self._stopping = threading.Event()
        self._deadline = None
        self._references = itertools.count(1)
        self._connections = {}
        self._lock = threading.Lock()
        self._people = [_Person(self, number, own) for number in range(clients)]
        self.failures = []

    def start(self):
        for person in self._people:
            person.start()
        return self

    def stop(self):
        """Lets all get their last answers, which must come now that all servers are up."""
        self._deadline = time.monotonic() + HEALING_SECONDS
        self._stopping.set()
        for person in self._people:
            person.join(HEALING_SECONDS + 20)
        hanging = [person.name for person in self._people if person.is_alive()]
        assert not hanging, f"clients hang: {hanging}"
        assert not self.failures, f"seed {self.seed}: {self.failures[:3]}"

    def abandon(self):
        """For a test that fails: no waiting for answers."""
        self._deadline = 0
        self._stopping.set()
        for person in self._people:
            if person.is_alive():
                person.join(CALL_SECONDS + 5)

    @property
    def stopping(self):
        return self._stopping.is_set()

    @property
    def acknowledged(self):
        return len(self.oracle.answers)

    def next_reference(self):
        return next(self._references)

    def connection(self, node, actor):
        key = (self._address(node), actor)
        with self._lock:
            if key not in self._connections:
                self._connections[key] = rpc.Client(*key)
            return self._connections[key]

    def ask(self, node, actor, method, request):
        """Sends a request until it is answered."""
        attempts = 0
        while True:
            attempts += 1
            try:
                answer = self.connection(node, actor).call(method, request, CALL_SECONDS)
                break
            except grpc.RpcError as error:
                if error.code() not in UNANSWERED:
                    self.oracle.violation(f"{node} {method}: {error.code().name}: "
                                          f"{error.details()}")
                    raise Over from error
                if self._deadline is not None and time.monotonic() > self._deadline:
                    raise AssertionError(f"{node} {method} stays unanswered after healing: "
                                         f"{error.code().name}: {error.details()}") from error
                time.sleep(0.05 if attempts < 20 else 0.25)
        if attempts > 1:
            self.oracle.counts["answered at a repetition"] += 1
        self.oracle.answered(node, actor, method, request, answer)
        return answer

    def repeat(self, node, actor, method, request, answer):
        """The same request once more; unanswered is fine here, another answer is not."""
        try:
            again = self.connection(node, actor).call(method, request, CALL_SECONDS)
        except grpc.RpcError:
            return
        self.oracle.counts["repeated"] += 1
        self.oracle.compare_answer(answer, again, f"{node} {method}")

    def repeat_all(self, most=400):
        """After the end: every answer again, or a sample of so many."""
        answers = self.oracle.answers
        if len(answers) > most:
            answers = random.Random(self.seed).sample(answers, most)
        for one in answers:
            self.repeat(*one)

    def close(self):
        for connection in self._connections.values():
            connection.close()


class _Person(threading.Thread):
    """Drives a few applications of their own, one request at a time."""

    def __init__(self, load, number, own):
        super().__init__(name=f"client-{number}", daemon=True)
        self._load = load
        self._number = number
        self._own = own
        self._random = random.Random(load.seed * 1000 + number)
        self._applications = []

    def run(self):
        try:
            while not self._load.stopping:
                if len(self._applications) < self._own:
                    self._submit()
                else:
                    self._go_on(self._next())
        except Over:
            pass
        except Exception as error:  # told to the test's own thread
            self._load.failures.append(f"{self.name}: {error!r}")

    def _next(self):
        """Rather one that has an award: what it gives back is what the others wait for."""
        holding = [one for one in self._applications
                   if self._load.oracle.entries[one].status in ("APPROVED", "CONTRACTED")]
        return self._random.choice(
            holding if holding and self._random.random() < _HOLDING_FIRST else self._applications)

    def _ask(self, node, actor, method, request):
        answer = self._load.ask(node, actor, method, request)
        if self._random.random() < _REPLAYED:
            self._load.repeat(node, actor, method, request, answer)
        return answer

    def _submit(self):
        nodes = self._load._nodes
        node = nodes[(self._number + len(self._applications)) % len(nodes)]
        serial = self._load.next_reference()
        amounts = [self._random.randint(30_000, 99_999)
                   for _ in range(self._random.choice((1, 1, 1, 2)))]
        request = region.SubmitApplicationRequest(
            request_id=rpc.request_id(), call=CALL, application=form(node, serial, amounts))
        result = self._ask(node, "coordinator", "SubmitApplication", request).result
        if result.outcome != region.SUBMIT_OUTCOME_ACCEPTED:
            self._load.oracle.violation(f"a submission was answered with {result}")
            raise Over
        entry = Entry(node, request.application.external_ref, sum(amounts), len(amounts))
        self._load.oracle.submitted(result.application_id, entry, result.receipt)
        self._applications.append(result.application_id)

    def _go_on(self, application):
        entry = self._load.oracle.entries[application]
        chance = self._random.random()
        if entry.status == "SUBMITTED":
            self._evaluate(application, entry)
        elif entry.status == "EVALUATED":
            self._decide(application, entry, "APPROVE", "director")
        elif entry.status == "PENDING_FUNDS":
            self._decide(application, entry, "WITHDRAW" if chance < 0.4 else "APPROVE", "director")
        elif entry.status == "APPROVED":
            self._leave_approved(application, entry, chance)
        elif entry.status == "CONTRACTED":
            if entry.paid_cents == 0:
                self._decide(application, entry, "PAY", "accountant",
                             amount=entry.awarded_cents // 10)
            else:
                self._decide(application, entry, "TERMINATE", "officer", amount=entry.paid_cents)
        else:  # WITHDRAWN, TERMINATED: a new one takes its place
            self._applications.remove(application)

    def _leave_approved(self, application, entry, chance):
        if chance < 0.6:
            self._decide(application, entry, "UNDO", "officer")
        elif chance < 0.85:
            self._decide(application, entry, "WITHDRAW", "coordinator")
        else:
            self._decide(application, entry, "CONTRACT", "coordinator")

    def _evaluate(self, application, entry):
        request = region.EvaluateApplicationsRequest(request_id=rpc.request_id(), call=CALL)
        evaluation = request.evaluations.add(application_id=application)
        evaluation.scores.add(criterion="idea", hundredths=800)
        [result] = self._ask(entry.node, "evaluator", "EvaluateApplications", request).results
        self._took(application, entry, "EVALUATE", result)

    def _decide(self, application, entry, verb, actor, amount=0):
        request = region.DecideApplicationsRequest(request_id=rpc.request_id(), call=CALL)
        request.decisions.add(application_id=application, reason="paraugs", amount_cents=amount,
                              verb=region.DecisionVerb.Value(f"DECISION_VERB_{verb}"))
        if verb in ("UNDO", "WITHDRAW", "TERMINATE"):
            self._load.oracle.before_giving_back(application)
        [result] = self._ask(entry.node, actor, "DecideApplications", request).results
        self._took(application, entry, verb, result, amount)

    def _took(self, application, entry, verb, result, amount=0):
        status = rpc.status_name(result.status)
        oracle = self._load.oracle
        if result.HasField("error"):
            oracle.counts[f"{verb} refused: {result.error.code}"] += 1
            oracle.changed(application, status, None,
                           entry.requested_cents if status == "APPROVED" else None)
            return
        oracle.counts[f"{verb} -> {status}"] += 1
        awarded = {"UNDO": 0, "WITHDRAW": 0, "TERMINATE": amount,
                   "APPROVE": entry.requested_cents if status == "APPROVED" else None}.get(verb)
        oracle.changed(application, status, result.receipt if result.HasField("receipt") else None,
                       awarded, amount if verb == "PAY" else 0)


def form(node, serial, amounts):
    """A filled-in form; no two serials share a reference or an organisation."""
    form_of = forms.ApplicationInput(
        external_ref=f"F-{serial:05}", municipality=apps.municipality(node, serial),
        title=f"Kopā {serial} (paraugs)",
        applicant=forms.Organisation(name=f"Biedrība Paraugs {serial}", type="association",
                                     reg_no=apps.registration_number(serial)))
    for number, cents in enumerate(amounts, 1):
        form_of.initiatives.add(school_name=f"Parauga skola {serial}-{number}",
                                school_reg_no=f"{9900000000 + serial * 10 + number}",
                                title=f"Iniciatīva {number} (paraugs)", activities=["inclusion"],
                                participants=25, amount_cents=cents)
    contact = form_of.personal.contact
    contact.name, contact.email = f"Paraugs Cilvēks {serial}", f"cilveks{serial}@example.org"
    contact.phone = "20000001"
    return form_of
