using TusUpload.Protocol;
using TusUpload.Server.Api;
using TusUpload.Server.Api.Idempotency;
using TusUpload.Server.Audit;
using TusUpload.Server.Cors;
using TusUpload.Server.Drain;
using TusUpload.Server.Limits;
using TusUpload.Server.Proxies;

namespace TusUpload.Server.Setup;

internal static class RequestPath
{
    /// <summary>What every request passes on its way to an endpoint, in this order.</summary>
    public static void UseRequestPath(this WebApplication app)
    {
        app.UseMiddleware<ForwardedRequests>();               // first: whose request it is
        app.UseMiddleware<ClosingConnections>();
        app.UseMiddleware<RequestIds>();
        app.UseMiddleware<RequestLog>();
        app.UseMiddleware<AuditTrail>();                      // who did what, with what came of it
        app.UseMiddleware<ErrorEdge>();
        app.UseRouting();
        app.UseMiddleware<TargetOrigins>();                   // which pages may read the answer
        app.UseTusCors();
        app.UseApiCors();
        app.UseAuthentication();                              // who calls
        app.UseRateLimits();
        app.UseAuthorization();                               // whether it may
        app.UseMiddleware<ReadableBodies>();
        app.UseMiddleware<IdempotentCreations>();             // and has not done it already
    }
}
