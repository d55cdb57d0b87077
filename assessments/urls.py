from django.urls import path

from assessments.views import (
    access_review,
    actions,
    answers,
    assessments,
    comments,
    evidence,
    grants,
    reviews,
    scores,
    snapshots,
)

_ASSESSMENT = "organisations/<slug:slug>/assessments/<uuid:assessment_id>/"
_EVIDENCE = "organisations/<slug:slug>/evidence/<uuid:evidence_id>/"

urlpatterns = [
    path("organisations/<slug:slug>/assessments/", assessments.AssessmentsView.as_view(), name="assessments"),
    path(_ASSESSMENT, assessments.AssessmentView.as_view(), name="assessment"),
    path(f"{_ASSESSMENT}begin/", assessments.BeginView.as_view(), name="assessment-begin"),
    path(f"{_ASSESSMENT}submit/", assessments.SubmitView.as_view(), name="assessment-submit"),
    path(f"{_ASSESSMENT}withdraw/", assessments.WithdrawView.as_view(), name="assessment-withdraw"),
    path(f"{_ASSESSMENT}approve/", assessments.ApproveView.as_view(), name="assessment-approve"),
    path(f"{_ASSESSMENT}reopen/", assessments.ReopenView.as_view(), name="assessment-reopen"),
    path(f"{_ASSESSMENT}archive/", assessments.ArchiveView.as_view(), name="assessment-archive"),
    path(f"{_ASSESSMENT}requirements/", assessments.WorkbookView.as_view(), name="assessment-requirements"),
    path(f"{_ASSESSMENT}assignments/", answers.AssignmentsView.as_view(), name="assignments"),
    path(f"{_ASSESSMENT}answers/", answers.AnswersView.as_view(), name="answers"),
    path(f"{_ASSESSMENT}answers/<str:ref>/", answers.AnswerView.as_view(), name="answer"),
    path(f"{_ASSESSMENT}answers/<str:ref>/submit/", answers.SubmitAnswerView.as_view(), name="answer-submit"),
    path(f"{_ASSESSMENT}answers/<str:ref>/reopen/", answers.ReopenAnswerView.as_view(), name="answer-reopen"),
    path(f"{_ASSESSMENT}scores/", scores.ScoresView.as_view(), name="assessment-scores"),
    path(f"{_ASSESSMENT}scores/explanation/", scores.RootExplanationView.as_view(), name="score-explanation-root"),
    path(f"{_ASSESSMENT}scores/<str:ref>/explanation/", scores.ExplanationView.as_view(), name="score-explanation"),
    path(f"{_ASSESSMENT}snapshots/", snapshots.SnapshotsView.as_view(), name="snapshots"),
    path(f"{_ASSESSMENT}snapshots/<uuid:snapshot_id>/", snapshots.SnapshotView.as_view(), name="snapshot"),
    path(f"{_ASSESSMENT}actions/", actions.ActionsView.as_view(), name="actions"),
    path(f"{_ASSESSMENT}actions/from-gaps/", actions.ActionsFromGapsView.as_view(), name="actions-from-gaps"),
    path(f"{_ASSESSMENT}actions/<uuid:action_id>/", actions.ActionView.as_view(), name="action"),
    path("organisations/<slug:slug>/evidence/", evidence.EvidenceListView.as_view(), name="evidence-list"),
    path(_EVIDENCE, evidence.EvidenceView.as_view(), name="evidence"),
    path(f"{_EVIDENCE}versions/", evidence.EvidenceVersionsView.as_view(), name="evidence-versions"),
    path(f"{_EVIDENCE}file/", evidence.EvidenceFileView.as_view(), name="evidence-file"),
    path(f"{_ASSESSMENT}evidence-links/", evidence.EvidenceLinksView.as_view(), name="evidence-links"),
    path(
        f"{_ASSESSMENT}evidence/<uuid:evidence_id>/file/",
        evidence.AssessmentEvidenceFileView.as_view(),
        name="assessment-evidence-file",
    ),
    path(f"{_ASSESSMENT}answers/<str:ref>/evidence/", evidence.AnswerEvidenceView.as_view(), name="answer-evidence"),
    path(
        f"{_ASSESSMENT}answers/<str:ref>/evidence/<uuid:evidence_id>/",
        evidence.AnswerEvidenceLinkView.as_view(),
        name="answer-evidence-link",
    ),
    path(f"{_ASSESSMENT}answers/<str:ref>/comments/", comments.CommentsView.as_view(), name="answer-comments"),
    path(f"{_ASSESSMENT}answers/<str:ref>/reviews/", reviews.AnswerReviewsView.as_view(), name="answer-reviews"),
    path(f"{_ASSESSMENT}reviews/", reviews.ReviewsView.as_view(), name="reviews"),
    path(f"{_ASSESSMENT}outside-reviewers/", grants.OutsideReviewersView.as_view(), name="outside-reviewers"),
    path(
        f"{_ASSESSMENT}outside-reviewers/<uuid:grant_id>/",
        grants.OutsideReviewerView.as_view(),
        name="outside-reviewer",
    ),
    path("organisations/<slug:slug>/access-review/", access_review.AccessReviewView.as_view(), name="access-review"),
    path(
        "organisations/<slug:slug>/access-review/file/",
        access_review.AccessReviewFileView.as_view(),
        name="access-review-file",
    ),
    path("granted-assessments/", grants.GrantedAssessmentsView.as_view(), name="granted-assessments"),
]
