using TusUpload.Data;
using TusUpload.Pipeline;
using TusUpload.Protocol;
using TusUpload.Server.Api;
using TusUpload.Server.Auth;
using TusUpload.Server.Auth.Login;
using TusUpload.Server.Dashboard;
using TusUpload.Server.Drain;
using TusUpload.Server.Embedded;
using TusUpload.Server.Health;
using TusUpload.Server.Limits;
using TusUpload.Server.Metrics;
using TusUpload.Server.Setup;
using TusUpload.Server.Setup.SocketPool;
using TusUpload.Uploads;

try
{
    var builder = HostSetup.CreateBuilder(args);
    builder.AddHost();                                    // addresses, logging, how it starts and stops
    var services = builder.Services;
    var roles = services.AddRoles(builder.Configuration);
    services.AddEmbeddedPostgres();                       // first: starts first and stops last
    services.AddData(ProtocolSetup.DatabaseOf);
    services.AddSocketPool();
    services.AddProtocol(roles);                          // tus on HTTP
    services.AddUploads();                                // from the first POST to the last byte
    services.AddPipeline();                               // after the last byte
    services.AddAuth();
    services.AddApi();
    services.AddRateLimits();
    services.AddHealth();
    services.AddDrain();                                  // how it leaves
    services.AddPrometheus();

    await using var app = builder.Build();
    await app.StartDatabaseAsync();                       // after all options are found valid
    app.UseRequestPath();                                 // whose request it is, who may, how often

    app.MapTus().For(Access.Tus);
    app.MapApi(roles);
    app.MapLogin(roles);
    app.MapDashboard(roles);
    app.MapHealth();
    app.MapPrometheus();

    await app.RunAsync();
    return 0;
}
catch (Exception failure) when (StartFailure.IsOurs(failure))
{
    return StartFailure.Report(failure);
}

/// <summary>The process. Public for the tests that run it.</summary>
public partial class Program;
