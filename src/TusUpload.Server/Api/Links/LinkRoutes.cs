using TusUpload.Server.Api.Idempotency;
using TusUpload.Server.Audit;
using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Links;

internal static class LinkRoutes
{
    public static void MapLinks(this IEndpointRouteBuilder api)
    {
        var links = api.MapGroup("/links").WithTags("links");
        links.MapPost("", CreateLink.HandleAsync)
            .Creates()
            .WithSummary("Makes a share link, by which others upload into a workspace or a folder of it.")
            .Produces<LinkView>(201)
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(409)
            .ProducesProblem(503)
            .For(Access.MakeLink);
        links.MapGet("", ListLinks.HandleAsync)
            .WithSummary("Lists the links into workspaces that the caller manages, newest first, revoked and expired ones too.")
            .Produces<Page<LinkView>>()
            .ProducesProblem(400)
            .For(Access.SeeLinks);
        links.MapGet("/{id:guid}", FindLink.HandleAsync)
            .WithSummary("Shows a link.")
            .Produces<LinkView>()
            .Produces(304)
            .ProducesProblem(404)
            .For(Access.SeeLinks);
        links.MapPatch("/{id:guid}", ChangeLink.HandleAsync)
            .WithSummary("Changes a link, by what is named alone; null takes a limit or the password away. A new password ends the tokens got with the old one.")
            .Accepts<ChangeLink.Body>("application/json")
            .Produces<LinkView>()
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(412)
            .ProducesProblem(503)
            .For(Access.ChangeLink);
        links.MapDelete("/{id:guid}", RevokeLink.HandleAsync)
            .WithSummary("Revokes a link and what its visitors have not finished; its files stay. It may count for five seconds more.")
            .Produces(204)
            .ProducesProblem(404)
            .ProducesProblem(412)
            .For(Access.RevokeLink);
        MapVisits(links.MapGroup("/{slug}").AllowAnonymous().AddEndpointFilter(OnlyLocallyInDevelopment.FilterAsync));
    }

    private static void MapVisits(RouteGroupBuilder link)
    {
        link.MapGet("/public", ShowLink.HandleAsync)
            .WithSummary("Shows a link to its visitors, without a sign-in.")
            .Produces<PublicLinkView>()
            .ProducesProblem(404)
            .ProducesProblem(410);
        link.MapPost("/session", VisitLink.HandleAsync)
            .WithSummary("Exchanges a link, with its password where it has one, for a token with which its visitor uploads and sees its own uploads.")
            .Produces<VisitLink.Visit>()
            .ProducesProblem(400)
            .ProducesProblem(401)
            .ProducesProblem(404)
            .ProducesProblem(410)
            .ProducesProblem(422)
            .ProducesProblem(429)
            .ProducesProblem(503)
            .WithMetadata(new AuditedAction("visit a share link"));
    }
}
