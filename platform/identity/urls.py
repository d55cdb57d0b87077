from django.urls import path

from identity import views

urlpatterns = [
    path("me/", views.MeView.as_view(), name="me"),
    path("me/sessions/", views.SessionsView.as_view(), name="sessions"),
    path("me/sessions/<uuid:session_id>/", views.SessionView.as_view(), name="session"),
]
