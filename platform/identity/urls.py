from django.urls import path

from identity import views

urlpatterns = [path("me/", views.MeView.as_view(), name="me")]
